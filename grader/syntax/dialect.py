"""What a submission may use that is graded as somebody else's: a list that people can read.

dialect.txt has it, section by section: the modules that may be imported and what may be used of
each, Python's own functions, the attributes of what the file does not define itself; and modules
that a course may allow besides. The sections
that [torch] to [reserved] hold are written by `grade dev dialect`; imports no torch.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

LIST = Path(__file__).parent / "dialect.txt"
WHERE_ALLOWED = " where a course allows it"  # behind the name of such a module
# Sections that are no module's.
BUILTINS, METHODS, TENSORS, OBJECTS, RESERVED = (
    "builtins", "methods", "tensors", "objects", "reserved",
)  # fmt: skip


LISTS = ("builtins", "methods", "tensors", "objects", "reserved")


@dataclass(frozen=True, eq=False)
class Dialect:
    """Allow-lists. A course may widen them; nothing narrows them."""

    modules: Mapping[str, frozenset[str]]  # what may be used of each, by dotted name
    builtins: frozenset[str]  # Python's own functions and errors
    methods: frozenset[str]  # names with underscores around them that a class may define
    tensors: frozenset[str]  # attributes of a tensor
    objects: frozenset[str]  # attributes of other things: lists, dicts, texts, arrays
    reserved: frozenset[str]  # attributes that no object may have, the learner's own neither
    optional: Mapping[str, frozenset[str]]  # as `modules`, where a course allows them

    def __post_init__(self) -> None:
        object.__setattr__(self, "attributes", self.tensors | self.objects | self.methods)

    attributes: frozenset[str] = frozenset()  # of anything that the file does not define

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that it allows and reserves."""
        lists = [*self.modules.items(), *((name, vars(self)[name]) for name in LISTS)]
        text = "\n".join(f"{name}: {' '.join(sorted(words))}" for name, words in sorted(lists))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    def widened(
        self,
        modules: Mapping[str, Iterable[str]] | None = None,
        builtins: Iterable[str] = (),
        attributes: Iterable[str] = (),
    ) -> "Dialect":
        """With more of each: what a course's own policy adds. Of an optional module without names,
        what the list has."""
        every = dict(self.modules)
        for module, names in (modules or {}).items():
            more = frozenset(names) or self.optional.get(module, frozenset())
            every[module] = every.get(module, frozenset()) | more
        free = frozenset(attributes)
        return replace(
            self,
            modules=every,
            builtins=self.builtins | frozenset(builtins),
            objects=self.objects | free,
            reserved=self.reserved - free,
        )


@cache
def usual() -> Dialect:
    """The one in dialect.txt."""
    sections = read_sections(LIST.read_text(encoding="utf-8"))
    names = {section: frozenset(words) for section, words in sections.items()}
    others = {
        section: names.pop(section) for section in (BUILTINS, METHODS, TENSORS, OBJECTS, RESERVED)
    }
    optional = {
        section.removesuffix(WHERE_ALLOWED): names.pop(section)
        for section in list(names)
        if section.endswith(WHERE_ALLOWED)
    }
    return Dialect(names, **others, optional=optional)


@cache
def allowing(dialect: Dialect, modules: tuple[str, ...]) -> Dialect:
    """With the optional modules that an exercise allows."""
    return dialect.widened(dict.fromkeys(modules, ())) if modules else dialect


def read_sections(text: str) -> dict[str, list[str]]:
    """The words under each [heading]; lines that begin with # are for people."""
    found: dict[str, list[str]] = {}
    words: list[str] = []
    for line in text.splitlines():
        if line.startswith("["):
            words = found.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            words += line.split()
    return found
