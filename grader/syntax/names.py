"""What the names of a file stand for, where that is something imported: followed through aliases.

After `T = torch; f = T.func` f is "torch.func", as after `from torch import func as f`. What comes
out of a call, a container or a parameter is unknown. Nothing is run, and the order of the lines
makes no difference: a name stands for all that it is ever given. Linear in the size of the file.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

Path = str | None  # "torch.nn.functional"; None: something that is not known
UNKNOWN: frozenset[Path] = frozenset((None,))
NOTHING: frozenset[Path] = frozenset()
TANGLED = "?"  # among the paths of a name that stands for more than anybody needs
MOST_PATHS, LONGEST_PATH = 20, 120
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
WITHOUT_PARTS = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)


@dataclass(eq=False)
class NameScope:
    """A function, a class, a comprehension or the module, and what each of its names may be."""

    node: ast.AST
    around: "NameScope | None"
    paths: dict[str, set[Path]] = field(default_factory=dict)
    values: dict[str, list[ast.AST]] = field(default_factory=dict)  # what is assigned, or binds
    declared: dict[str, bool] = field(default_factory=dict)  # True: global; False: nonlocal

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)

    @property
    def function(self) -> "NameScope":
        """This scope, or the one around it where this is a comprehension."""
        scope = self
        while isinstance(scope.node, COMPREHENSIONS) and scope.around is not None:
            scope = scope.around
        return scope


Place = tuple[ast.AST, NameScope]
Edges = dict[tuple[NameScope, str], list[tuple[NameScope, str, str]]]


class Names:
    """The nodes of a tree, each with its scope, and what the names in it stand for."""

    def __init__(self, tree: ast.Module) -> None:
        self.module = NameScope(tree, None)
        self.nodes: list[Place] = []
        self.renamed: set[int] = set()  # ids of the expressions that only get another name
        # (scope, name, what binds it, what it is imported as)
        self.bindings: list[tuple[NameScope, str, ast.AST, Path]] = []
        self._aliases: list[tuple[NameScope, str, ast.expr]] = []
        self._paired: set[int] = set()  # ids of the targets whose value is known
        # Each statement of the module, and which nodes are in it: from, up to.
        self.statements: list[tuple[ast.stmt, int, int]] = []
        for statement in tree.body:
            start = len(self.nodes)
            pending: list[Place] = [(statement, self.module)]
            while pending:
                place = pending.pop()
                self.nodes.append(place)
                pending += self._parts(*place)
            self.statements.append((statement, start, len(self.nodes)))
        self._bind()
        self._follow()

    def paths(self, node: ast.AST, scope: NameScope) -> frozenset[Path]:
        """All that an expression may stand for; NOTHING for a name that the file does not bind."""
        name, inside = chain_of(node)
        if name is None:
            return UNKNOWN
        owners = self.owners(name, scope)
        if not owners:
            return UNKNOWN if inside else NOTHING
        every = (path for owner in owners for path in owner.paths[name])
        return frozenset(_inside(path, inside) for path in every) or UNKNOWN

    def owners(self, name: str, scope: NameScope) -> list[NameScope]:
        """Whose name it may be. What a class has not bound yet is looked for outside it."""
        owner = self.owner(name, scope)
        found = [] if owner is None else [owner]
        if owner is not None and owner.is_class:
            while (owner := owner.around) is not None:
                if name in owner.paths:
                    found.append(owner)
        return found

    def may_be_pythons(self, name: str, scope: NameScope) -> bool:
        """Whether it may be a name of Python's own for who reads it here: where the file binds
        none, or one of the module's or a class's, which may not be bound yet, or no more."""
        owner = self.owner(name, scope)
        return owner is None or not isinstance(owner.node, FUNCTIONS + COMPREHENSIONS)

    def owner(self, name: str, scope: NameScope) -> NameScope | None:
        """The scope whose name it is for who reads it here; None where the file binds none."""
        at: NameScope | None = scope
        while at is not None:
            if at.declared.get(name):
                at = self.module
            if name in at.paths and (at is scope or not at.is_class):
                return at
            at = at.around
        return None

    def _parts(self, node: ast.AST, scope: NameScope) -> Iterator[Place]:
        """What is in a node, each with its scope; what the node binds is noted."""
        match node:
            case ast.Name(id=name, ctx=ctx):
                if not isinstance(ctx, ast.Load) and id(node) not in self._paired:
                    self.bindings.append((scope, name, node, None))
                return
            case ast.Constant():
                return
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                yield from self._of_function(node, scope)
                return
            case ast.ClassDef(name=name):
                self.bindings.append((scope, name, node, None))
                inner = NameScope(node, scope)
                yield from ((part, scope) for part in (*node.decorator_list, *node.bases))
                yield from ((keyword.value, scope) for keyword in node.keywords)
                yield from ((part, inner) for part in node.body)
                return
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                inner, first = NameScope(node, scope), node.generators[0]
                yield first.iter, scope
                yield from ((p, inner) for p in ast.iter_child_nodes(node) if p is not first)
                yield from ((part, inner) for part in (first.target, *first.ifs))
                return
            case _:
                self._note(node, scope)
        for part in ast.iter_child_nodes(node):
            if not isinstance(part, WITHOUT_PARTS):
                yield part, scope

    def _of_function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: NameScope
    ) -> Iterator[Place]:
        inner, given = NameScope(node, scope), node.args
        every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
        for argument in filter(None, every):
            self.bindings.append((inner, argument.arg, argument, None))
            yield argument, scope
        for default in (*given.defaults, *filter(None, given.kw_defaults)):
            yield default, scope
        if isinstance(node, ast.Lambda):
            yield node.body, inner
            return
        self.bindings.append((scope, node.name, node, None))
        outside = [*node.decorator_list, *([node.returns] if node.returns else [])]
        yield from ((part, scope) for part in outside)
        yield from ((part, inner) for part in node.body)

    def _note(self, node: ast.AST, scope: NameScope) -> None:
        """What a node binds that is no scope of its own."""
        match node:
            case ast.Assign(targets=targets, value=value):
                renamed = [self._pair(target, value, scope) for target in targets]
                self.renamed |= set.intersection(*renamed)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self.renamed |= self._pair(target, value, scope)
            case ast.NamedExpr(target=target, value=value):
                self.renamed |= self._pair(target, value, scope.function)
            case ast.Import(names=names):
                for alias in names:
                    path = alias.name if alias.asname else alias.name.partition(".")[0]
                    self.bindings.append((scope, alias.asname or path, node, path))
            case ast.ImportFrom(names=names, module=module, level=0):
                for alias in names:
                    path = f"{module}.{alias.name}"
                    self.bindings.append((scope, alias.asname or alias.name, node, path))
            case ast.ImportFrom(names=names):
                for alias in names:
                    self.bindings.append((scope, alias.asname or alias.name, node, TANGLED))
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                scope.declared |= dict.fromkeys(names, isinstance(node, ast.Global))
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                self.bindings.append((scope, name, node, None))
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                self.bindings.append((scope, name, node, None))

    def _pair(self, target: ast.expr, value: ast.expr, scope: NameScope) -> set[int]:
        """The ids of what only gets another name: not one in a class, which is an attribute."""
        renamed = set[int]()
        pending = [(target, value)]
        while pending:
            target, value = pending.pop()
            match target, value:
                case ast.Name(id=name), ast.Name() | ast.Attribute() | ast.NamedExpr():
                    self._paired.add(id(target))
                    if not scope.is_class:
                        renamed.add(id(value))
                    self._aliases.append((scope, name, value))
                case ast.Name(id=name), _:
                    self._paired.add(id(target))
                    self.bindings.append((scope, name, value, None))
                case ast.Tuple(elts=to) | ast.List(elts=to), ast.Tuple(elts=of) | ast.List(elts=of):
                    starred = any(isinstance(part, ast.Starred) for part in (*to, *of))
                    if len(to) == len(of) and not starred:
                        pending += zip(to, of, strict=True)
        return renamed

    def _bind(self) -> None:
        """Every name to its scope; those of `nonlocal` last, to the function that has the name."""
        late = []
        self.bindings += [(scope, name, value, None) for scope, name, value in self._aliases]
        for binding in self.bindings:
            scope, name, _, _ = binding
            if scope.declared.get(name) is False:
                late.append(binding)
            else:
                self._give(self.module if scope.declared.get(name) else scope, binding)
        for binding in late:
            scope, name, _, _ = binding
            at = scope.around
            while at is not None and (at.is_class or name not in at.paths):
                at = at.around
            self._give(at or self.module, binding)

    def _give(self, owner: NameScope, binding: tuple[NameScope, str, ast.AST, Path]) -> None:
        _, name, value, path = binding
        found = owner.paths.setdefault(name, set())
        owner.values.setdefault(name, []).append(value)
        if id(value) not in self.renamed:
            found.add(path)

    def _follow(self) -> None:
        """From what is imported along the aliases."""
        edges: Edges = {}
        unbound: list[tuple[NameScope, str, Path]] = []
        for scope, name, value in self._aliases:
            target = self.owner(name, scope)
            source, inside = chain_of(value)
            assert target is not None  # it was bound before
            owners = [] if source is None else self.owners(source, scope)
            if not owners:
                unbound.append((target, name, None))
            for owner in owners:
                edges.setdefault((owner, str(source)), []).append((target, name, inside))
        pending = [
            (*to[:2], _inside(path, to[2]))
            for (owner, name), reached in edges.items()
            for path in list(owner.paths[name])
            for to in reached
        ] + unbound
        while pending:
            scope, name, path = pending.pop()
            found = scope.paths[name]
            if len(found) > MOST_PATHS:
                path = TANGLED
            if path in found:
                continue
            found.add(path)
            for target, other, inside in edges.get((scope, name), ()):
                pending.append((target, other, _inside(path, inside)))


def chain_of(node: ast.AST) -> tuple[str | None, str]:
    """("torch", "nn.functional") of `torch.nn.functional`; (None, "") of what begins otherwise."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute | ast.NamedExpr):
        if isinstance(node, ast.Attribute):
            attributes.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None, ""
    return node.id, ".".join(reversed(attributes))


def _inside(path: Path, inside: str) -> Path:
    if path is None or path == TANGLED or not inside:
        return path
    return f"{path}.{inside}" if len(path) + len(inside) < LONGEST_PATH else TANGLED
