"""The import table of CONTRIBUTING.md, held against grader/; and what files may be like."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST = 400
LONGER: dict[str, str] = {}  # path: why it may be longer


@dataclass(frozen=True)
class Group:
    """One row of the table."""

    name: str
    patterns: tuple[str, ...]
    may_import: frozenset[str]
    loads_torch: bool

    def fit(self, module: str) -> int:
        """How closely a pattern of this row names the module: 0 where none does."""
        return max((len(name) for name in self.patterns if fnmatchcase(module, name)), default=0)


@dataclass(frozen=True)
class Import:
    module: str
    at_module_level: bool  # and not for type checking only


@cache
def groups() -> tuple[Group, ...]:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text[text.index("| package | modules |") :].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.split("\n")[2:]]
    return tuple(
        Group(
            name,
            tuple(re.findall(r"`([^`]+)`", modules)),
            frozenset(may_import.replace(",", " ").split()),
            {"yes": True, "no": False}[torch],
        )
        for name, modules, may_import, torch in rows
    )


@cache
def group_of(module: str) -> Group:
    """The row that names the module most closely."""
    group = max(groups(), key=lambda group: group.fit(module))
    assert group.fit(module), f"{module} stands in no row of CONTRIBUTING.md's table"
    return group


@cache
def modules() -> dict[str, Path]:
    """Path by name, as the table names it: `cli.grading`, `cli` for cli/__init__.py."""
    found = {}
    for path in sorted((ROOT / "grader").rglob("*.py")):
        parts = path.relative_to(ROOT / "grader").with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or "grader"
        found[name] = path
    return found


@cache
def imports_of(module: str) -> tuple[Import, ...]:
    """Modules of the grader, and "torch"."""
    tree = ast.parse(modules()[module].read_text(encoding="utf-8"))
    return tuple(_imports(tree, at_module_level=True))


def _imports(node: ast.AST, at_module_level: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        for name in _targets(child):
            yield Import(name, at_module_level)
        lazy = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        typing_only = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        yield from _imports(child, at_module_level and not lazy and not typing_only)


def _targets(node: ast.AST) -> Iterator[str]:
    dotted: list[str] = []
    if isinstance(node, ast.Import):
        dotted = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"line {node.lineno}: imports are written in full"
        dotted = [f"{node.module}.{alias.name}" for alias in node.names]
    for name in dotted:
        if name.partition(".")[0] == "torch":
            yield "torch"
        elif name.partition(".")[0] == "grader":
            inside = name.removeprefix("grader").removeprefix(".")
            # `from grader.cli import main`: a name in a module, unless it is a module itself
            yield inside if inside in modules() else inside.rpartition(".")[0] or "grader"


def is_package_and_its_own(one: str, other: str) -> bool:
    return other.startswith(one + ".") or one.startswith(other + ".")


def loads_torch(module: str, seen: frozenset[str] = frozenset()) -> list[str]:
    """The way from the module to torch through module-level imports; [] where there is none."""
    for item in imports_of(module):
        if not item.at_module_level or item.module in seen:
            continue
        if item.module == "torch":
            return [module, "torch"]
        if way := loads_torch(item.module, seen | {module}):
            return [module, *way]
    return []


def test_the_table_names_every_module() -> None:
    for module in modules():
        assert group_of(module)


def test_packages_import_one_way() -> None:
    assert first_circle({group.name: group.may_import for group in groups()}) == []


def test_the_table_names_no_module_or_group_that_is_not_there() -> None:
    names = {group.name for group in groups()}
    for group in groups():
        assert group.may_import <= names - {group.name}
        for pattern in group.patterns:
            assert any(fnmatchcase(module, pattern) for module in modules()), pattern


def first_circle(imports: Mapping[str, Collection[str]]) -> list[str]:
    """What is left when all that imports only what is not left is taken away, again and again."""
    left = {name: set(needs) for name, needs in imports.items()}
    while free := {name for name, needs in left.items() if not needs & left.keys()}:
        left = {name: needs for name, needs in left.items() if name not in free}
    return sorted(left)


def test_a_circle_is_found() -> None:
    assert first_circle({"a": ["b"], "b": ["c"], "c": ["b"], "d": []}) == ["a", "b", "c"]


def test_modules_import_one_way() -> None:
    """A package and its own modules may import each other."""
    imports = {
        module: [
            item.module
            for item in imports_of(module)
            if item.module != "torch" and not is_package_and_its_own(module, item.module)
        ]
        for module in modules()
    }
    assert first_circle(imports) == []


@pytest.mark.parametrize("module", modules())
def test_a_module_imports_what_the_table_allows(module: str) -> None:
    group = group_of(module)
    for item in imports_of(module):
        if item.module == "torch" or is_package_and_its_own(module, item.module):
            continue
        target = group_of(item.module)
        assert target is group or target.name in group.may_import, (
            f"{module} ({group.name}) imports {item.module} ({target.name})"
        )


def test_torch_is_loaded_only_where_the_table_says_so() -> None:
    for module in modules():
        if not group_of(module).loads_torch:
            assert not loads_torch(module), " imports ".join(loads_torch(module))


def source_files() -> list[str]:
    found = [path for part in ("grader", "tests", "data") for path in (ROOT / part).rglob("*.py")]
    relative = [path.relative_to(ROOT).as_posix() for path in found]
    return sorted(path for path in relative if not path.startswith("tests/golden/"))


def test_files_are_short() -> None:
    lengths = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path in source_files()}
    too_long = {path: length for path, length in lengths.items() if length > LONGEST}
    assert too_long.keys() == LONGER.keys(), too_long


def test_no_file_is_named_for_being_useful() -> None:
    vague = re.compile(r"(^|_|/)(utils?|helpers?|managers?|handlers?)(_|/|\.py$)")
    assert [path for path in source_files() if vague.search(path)] == []
