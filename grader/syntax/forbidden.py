"""The first thing in a submission that is outside the dialect: read, never run.

What is forbidden is known by what a name stands for (names.py), not by its text. A module may be
given another name and asked for what it has, and nothing else: so an object that is not known is
never a module, and its attributes are those of tensors, of Python's containers and of the file's
own classes.
"""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator

from grader.syntax.autodiff import Forbidden
from grader.syntax.dialect import Dialect
from grader.syntax.names import FUNCTIONS, TANGLED, Names, NameScope, Path, chain_of
from grader.syntax.targets import within

# Classes whose attributes are as strictly listed as a module's.
CLASSES = ("torch.Tensor", "torch.nn.Module")
BASES = frozenset(("torch.nn.Module",))
DECORATORS = frozenset(("torch.no_grad", "dataclasses.dataclass"))
PLAIN_DECORATORS = frozenset(("property", "staticmethod", "classmethod"))
OF_PROPERTIES = frozenset(("setter", "getter", "deleter"))
OWN_NAMES = frozenset(("__slots__", "__all__", "__version__", "__author__"))
SETTABLE = frozenset(("data", "grad"))  # tensors have these too, and exercises ask for them
# What an annotation may be made of to name a class of torch's.
NAMES_A_KIND = (
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    ast.Tuple,
    ast.List,
    ast.BinOp,
    ast.Constant,
)
MOST_VALUES = 20  # of a name whose every value is looked at
ERRORS = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception)
)
WITH_CONDITIONS = frozenset(("setattr", "hasattr", "locals", "type", "vars"))
EVERY_BUILTIN = frozenset(dir(builtins))
FIELD_OF_FIELD = re.compile(r"\{[^{}:!]*[.\[]")  # "{0.name}" in a text that is formatted


def first_forbidden(names: Names, dialect: Dialect) -> Forbidden | None:
    """Of the whole file; None where all of it is in the dialect."""
    first = min(_Reading(names, dialect).findings(), default=None)
    return None if first is None else first[-1]


class _Reading:
    def __init__(self, names: Names, dialect: Dialect) -> None:
        self.names, self.dialect = names, dialect
        self.bases: set[int] = set()  # ids of expressions that are asked for an attribute
        self.excused: set[int] = set()  # ids of calls and names that stand where they may
        self.classes: set[int] = set()  # ids of bases and annotations
        self.own: set[str] = set()  # attributes that the file's own objects have
        self.selves: set[tuple[int, str]] = set()  # scope and name: a method's own object
        self.loaded = {
            node.id
            for node, _ in self.names.nodes
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        }
        for node, scope in self.names.nodes:
            self._note(node, scope)
        self.free = dialect.attributes | (self.own - dialect.reserved)

    def findings(self) -> Iterator[tuple[int, int, Forbidden]]:
        """Each with its place in the text: line and column."""
        for scope, name, node, _ in self.names.bindings:
            allowed = name in OWN_NAMES or (scope.is_class and name in self.dialect.methods)
            if name.startswith("__") and not allowed:
                yield _placed(node, name, "underscore")
        for node, scope in self.names.nodes:
            for what, why in self._at(node, scope):
                yield _placed(node, what, why)
            for decorator in getattr(node, "decorator_list", ()):
                if not self._is_plain(decorator, scope):
                    yield _placed(decorator, f"@{_shown(decorator)}", "decorator")

    # First pass: what the file defines, and what stands where it may.

    def _note(self, node: ast.AST, scope: NameScope) -> None:
        match node:
            case ast.Attribute(value=value, attr=attr, ctx=ctx):
                self.bases.add(id(value))
                if isinstance(ctx, ast.Store):
                    self.own.add(attr)
                if attr == "__name__":
                    self.excused.add(id(value))
            case ast.Name(id=name, ctx=ast.Store()) if scope.is_class:
                self.own.add(name)
            case ast.ClassDef(body=body, bases=bases):
                self.classes |= {id(base) for base in bases}
                for part in body:
                    if isinstance(part, ast.FunctionDef):
                        self.own.add(part.name)
                        first = [*part.args.posonlyargs, *part.args.args][:1]
                        self.selves |= {(id(part), argument.arg) for argument in first}
            case ast.Call():
                self._note_call(node, scope)
            case ast.Compare(left=left, ops=ops, comparators=others):
                sides = (left, *others)
                # Not where an object of the file's own is asked whether it is equal.
                identity = all(isinstance(op, ast.Is | ast.IsNot) for op in ops)
                if identity or all(self._is_kind(side, scope) for side in _parts(sides)):
                    self.excused |= {id(side) for side in _parts(sides)}
            case ast.arg(annotation=ast.expr() as said) | ast.AnnAssign(annotation=said):
                self._note_annotation(said)
            case ast.FunctionDef(returns=ast.expr() as said):
                self._note_annotation(said)
            case ast.FormattedValue(value=value):
                self.excused.add(id(value))
            case ast.Return(value=ast.Call() as call):
                if self._for_the_grader(call, scope):
                    self.excused.add(id(call.func))
            case ast.Return(value=ast.Dict(keys=keys, values=values)):
                for key, value in zip(keys, values, strict=True):
                    if key is None and self._for_the_grader(value, scope):
                        self.excused.add(id(getattr(value, "func", None)))

    def _note_annotation(self, said: ast.expr) -> None:
        """Python works it out like any other expression."""
        parts = list(within([said]))
        if all(isinstance(part, NAMES_A_KIND) for part in parts):
            self.classes |= {id(part) for part in parts}

    def _note_call(self, node: ast.Call, scope: NameScope) -> None:
        function = node.func
        self.bases.add(id(function))
        if any(isinstance(given, ast.Starred) for given in node.args):
            return  # who knows how many there are
        if isinstance(function, ast.Name) and self.names.owner(function.id, scope) is not None:
            function = ast.Constant(None)  # it may be one of the file's own
        match function:
            case ast.Name(id="setattr"):
                if len(node.args) == 3 and isinstance(node.args[1], ast.Constant):
                    name = node.args[1].value
                    if isinstance(name, str):
                        self.excused.add(id(function))
                        self.own.add(name)
            case ast.Name(id="hasattr"):
                if len(node.args) == 2 and isinstance(node.args[1], ast.Constant):
                    self.excused.add(id(function))
            case ast.Name(id="locals"):
                if isinstance(scope.function.node, FUNCTIONS) and not self._modules_in(scope):
                    self.excused.add(id(function))
            case ast.Name(id="type"):
                if len(node.args) == 1 and not node.keywords:
                    self.excused.add(id(function))
            case ast.Name(id="print" | "isinstance" | "issubclass"):
                self.excused |= {id(argument) for argument in _parts(node.args)}
            case ast.Attribute(value=ast.Constant(value=str(text)), attr="format"):
                if not FIELD_OF_FIELD.search(text):
                    self.excused.add(id(function))

    def _for_the_grader(self, value: ast.expr, scope: NameScope) -> bool:
        """`return locals()`, `return {**locals(), ...}`, `return vars(g)` of a function that only
        the grader calls: modules may be among these names, and names be written there that no
        object may have."""
        match value:
            case ast.Call(func=ast.Name(id="locals" | "vars" as name)):
                entry = getattr(scope.node, "name", None)
                theirs = scope.around is self.names.module and entry not in self.loaded
                return theirs and self.names.owner(name, scope) is None
        return False

    def _modules_in(self, scope: NameScope) -> bool:
        """Whether what `locals()` gives may have modules in it."""
        at: NameScope | None = scope.function
        while at is not None and at is not self.names.module:
            for path in (path for paths in at.paths.values() for path in paths):
                if path == TANGLED or path in CLASSES or path in self.dialect.modules:
                    return True
            at = at.around
        return False

    def _is_kind(self, node: ast.expr, scope: NameScope) -> bool:
        """`type(x)`, a class of Python's or torch's, or one of the file: no object."""
        if isinstance(node, ast.Tuple | ast.List | ast.Constant):
            return True
        if isinstance(node, ast.Call):
            return isinstance(node.func, ast.Name) and node.func.id == "type"
        name, inside = chain_of(node)
        if name is None:
            return False
        owners = self.names.owners(name, scope)
        if len(owners) < 2 and (not owners or (not inside and _is_class(owners[0], name))):
            return not inside
        return None not in self.names.paths(node, scope)

    # Second pass: (what, why) of all that is outside the dialect at a node.

    def _at(self, node: ast.AST, scope: NameScope) -> Iterator[tuple[str, str]]:
        match node:
            case ast.Name():
                yield from self._name(node, scope)
            case ast.NamedExpr():
                yield from self._module_as_value(node, self.names.paths(node, scope))
            case ast.Attribute():
                yield from self._attribute(node, scope)
            case ast.Call():
                yield from self._call(node, scope)
            case ast.Import(names=names):
                for alias in names:
                    yield from self._import(alias.name, scope)
            case ast.ImportFrom():
                yield from self._import_from(node, scope)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield from self._definition(node, scope)
            case ast.MatchClass(kwd_attrs=attributes):
                for attribute in attributes:
                    yield from self._unknown(attribute)

    def _name(self, node: ast.Name, scope: NameScope) -> Iterator[tuple[str, str]]:
        if not isinstance(node.ctx, ast.Load):
            return
        bound = self.names.owner(node.id, scope) is not None
        if bound:
            yield from self._module_as_value(node, self.names.paths(node, scope))
        if self.names.may_be_pythons(node.id, scope):
            yield from self._pythons(node, bound)

    def _pythons(self, node: ast.Name, bound: bool) -> Iterator[tuple[str, str]]:
        """`bound`: whether the file has such a name, which may be meant as well."""
        name = node.id
        if name == "__name__":
            return
        if name.startswith("_") and not bound:
            yield name, "underscore"
        elif name in EVERY_BUILTIN and name not in self.dialect.builtins and name not in ERRORS:
            yield name, "builtin"
        elif name in WITH_CONDITIONS and id(node) not in self.excused:
            yield name, name

    def _module_as_value(
        self, node: ast.Name | ast.Attribute | ast.NamedExpr, paths: frozenset[Path]
    ) -> Iterator[tuple[str, str]]:
        if id(node) in self.bases or id(node) in self.names.renamed:
            return
        for path in paths:
            if path is not None and path in self.dialect.modules:
                yield path, "module"
            elif path in CLASSES and not self._may_stand(node):
                yield str(path), "class"

    def _may_stand(self, node: ast.expr) -> bool:
        """A class, here: as a base, in an annotation, or where it is only compared or shown."""
        return id(node) in self.excused or id(node) in self.classes

    def _attribute(self, node: ast.Attribute, scope: NameScope) -> Iterator[tuple[str, str]]:
        name = node.attr
        stored = not isinstance(node.ctx, ast.Load)
        for path in self.names.paths(node.value, scope) or {None}:
            if path is not None and (path in self.dialect.modules or path in CLASSES):
                if stored:
                    yield f"{path}.{name}", "assigned"
                elif not self._has(path, name):
                    yield f"{path}.{name}", "attribute"
            elif path == TANGLED:
                yield name, "tangled"
            elif path is not None and self._is_refused(path):
                continue  # what stands before this attribute is found by itself
            elif stored and path is not None:
                yield f"{path}.{name}", "assigned"
            elif stored:
                yield from self._store(node, name, scope)
            elif id(node) not in self.excused or name != "format":
                yield from self._unknown(name)
        yield from self._module_as_value(node, self.names.paths(node, scope))

    def _has(self, path: str, name: str) -> bool:
        if path in CLASSES:
            return name in self.dialect.tensors or name in self.dialect.methods
        return name in self.dialect.modules[path] or f"{path}.{name}" in self.dialect.modules

    def _is_refused(self, path: str) -> bool:
        """Whether the first step that leads out of the listed modules is in no list."""
        module, *steps = path.split(".")
        while steps and f"{module}.{steps[0]}" in self.dialect.modules:
            module = f"{module}.{steps.pop(0)}"
        return module not in self.dialect.modules or (
            bool(steps) and not self._has(module, steps[0])
        )

    def _unknown(self, name: str) -> Iterator[tuple[str, str]]:
        if name in self.free or name == "__name__":
            return
        if name.startswith("_"):
            yield f".{name}", "underscore"
        else:
            yield f".{name}", "reserved" if name in self.own else "attribute"

    def _store(self, node: ast.Attribute, name: str, scope: NameScope) -> Iterator[tuple[str, str]]:
        """On an object that is not known: not on what may be torch's own."""
        if name.startswith("__") or name in self.dialect.reserved:
            yield f".{name}", "underscore" if name.startswith("_") else "reserved"
        elif name in self.dialect.tensors - SETTABLE and not self._is_self(node.value, scope):
            yield f".{name}", "assigned"

    def _is_self(self, node: ast.expr, scope: NameScope) -> bool:
        if not isinstance(node, ast.Name):
            return False
        owner = self.names.owner(node.id, scope)
        if owner is None or (id(owner.node), node.id) not in self.selves:
            return False
        return len(owner.values[node.id]) == 1

    def _call(self, node: ast.Call, scope: NameScope) -> Iterator[tuple[str, str]]:
        for keyword in node.keywords:
            off = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
            if keyword.arg == "requires_grad" and not off:
                yield "requires_grad", "autodiff"
            elif keyword.arg is not None and keyword.arg.startswith("__"):
                yield keyword.arg, "underscore"
        match node:
            case ast.Call(func=ast.Name(id="setattr"), args=[at, ast.Constant(value=str(name)), _]):
                target = ast.Attribute(at, name, ast.Store(), lineno=node.lineno)
                yield from self._attribute(target, scope)
            case ast.Call(func=ast.Name(id="type")) if id(node) not in self.excused:
                yield "type", "type"

    def _import(self, module: str, scope: NameScope) -> Iterator[tuple[str, str]]:
        if scope.is_class:
            yield module, "in_class"
        elif module not in self.dialect.modules:
            yield module, "import"

    def _import_from(self, node: ast.ImportFrom, scope: NameScope) -> Iterator[tuple[str, str]]:
        module = node.module or "."
        if scope.is_class:
            yield module, "in_class"
        for alias in node.names:
            if alias.name == "*" and module in self.dialect.modules:
                yield f"from {module} import *", "star"
            elif node.level or module not in self.dialect.modules:
                yield module, "import"
            elif not self._has(module, alias.name):
                yield f"{module}.{alias.name}", "attribute"

    def _definition(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, scope: NameScope
    ) -> Iterator[tuple[str, str]]:
        if not isinstance(node, ast.ClassDef):
            if isinstance(node, ast.AsyncFunctionDef):
                yield "async def", "async"
            return
        for keyword in node.keywords:
            yield f"{keyword.arg}=", "metaclass"
        for base in node.bases:
            if not self._may_be_a_base(base, scope):
                yield _shown(base), "base"

    def _is_plain(self, decorator: ast.expr, scope: NameScope) -> bool:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if self.names.paths(called, scope) <= DECORATORS and self.names.paths(called, scope):
            return True
        match decorator:
            case ast.Name(id=name):
                return name in PLAIN_DECORATORS and self.names.owner(name, scope) is None
            case ast.Attribute(value=ast.Name(), attr=name):
                return scope.is_class and name in OF_PROPERTIES
        return False

    def _may_be_a_base(self, base: ast.expr, scope: NameScope) -> bool:
        name, inside = chain_of(base)
        owner = None if name is None else self.names.owner(name, scope)
        if owner is None or name is None:
            return not inside and (name == "object" or name in ERRORS)
        if not inside and all(_is_class(one, name) for one in self.names.owners(name, scope)):
            return True
        return self.names.paths(base, scope) <= BASES


def _parts(nodes: Iterable[ast.expr]) -> Iterator[ast.expr]:
    """These, and what is in the tuples and lists among them."""
    for node in nodes:
        yield node
        if isinstance(node, ast.Tuple | ast.List):
            yield from node.elts


def _is_class(owner: NameScope, name: str) -> bool:
    """Whether the name is that of a class of the file, and of nothing else."""
    values = owner.values[name]
    return len(values) <= MOST_VALUES and all(isinstance(one, ast.ClassDef) for one in values)


def _placed(node: ast.AST, what: str, why: str) -> tuple[int, int, Forbidden]:
    line, column = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
    return line, column, Forbidden(line, what, why)


def _shown(node: ast.expr) -> str:
    """What is called or named, in short: anything else may be as long and deep as it likes."""
    name, inside = chain_of(node.func if isinstance(node, ast.Call) else node)
    return "(...)" if name is None else f"{name}.{inside}".rstrip(".")[:60]
