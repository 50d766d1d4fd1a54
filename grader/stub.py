"""Stubs, made from the course and the worked answer: never edited apart.

The course gives the chunks, the shapes and the order, the worked answer the imports and
the signature. Imports no torch.
"""

import ast
import re
import textwrap

from grader.exercise import Exercise
from grader.submission import ENTRY

WIDTH = 96


def stub_text(exercise: Exercise, solution: str) -> str:
    """The file a learner starts from."""
    tree = ast.parse(solution)
    imports = [
        ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    lines = [f'"""{exercise.name}: {exercise.title}.', ""]
    lines += textwrap.wrap(exercise.teaches, WIDTH)
    lines += ["", *_task(exercise)]
    lines += [f"Then run: grade {exercise.name}", '"""', "", *imports, "", ""]
    lines += _signature(tree)
    for name in exercise.gradients:
        lines += [f"    # {text}" for text in _what_is_asked(exercise, name)]
        lines += [f"    {exercise.key(name)} = None  # {shape_of(exercise, name)}", ""]
    lines += ["    return locals()"]
    return "\n".join(lines) + "\n"


def _task(exercise: Exercise) -> list[str]:
    task = [
        "Replace each None by the gradient of the loss with respect to that value; its shape",
        "is given. Every value of the forward pass is at hand under its own name.",
    ]
    if exercise.values:
        task += ["A name without a d is no gradient: the comment above it says what is asked for."]
    return task


def _what_is_asked(exercise: Exercise, name: str) -> list[str]:
    """The chunks to differentiate; of a value that is no gradient, what it is."""
    if name not in exercise.values:
        return [chunk.source for chunk in exercise.chunks_behind(name)]
    _, _, what = exercise.values[name].partition("): ")
    return textwrap.wrap(what, WIDTH - 6)


def shape_of(exercise: Exercise, name: str) -> str:
    """'(n, vocab_size)': the shape as the forward pass writes it."""
    shapes = exercise.forward_pass.shapes | exercise.values
    found = re.match(r"\([^)]*\)", shapes[name])
    if found is None:
        raise ValueError(f"{exercise.name}: {name} has no shape comment in its forward pass")
    return found.group()


def _signature(tree: ast.Module) -> list[str]:
    definition = entry_of(tree)
    opening = f"def {ENTRY}("
    names = ", ".join(arg.arg for arg in definition.args.args)
    wrapped = textwrap.wrap(names, WIDTH - len(opening))
    return [
        (opening if number == 0 else " " * len(opening))
        + line
        + ("):" if number == len(wrapped) - 1 else "")
        for number, line in enumerate(wrapped)
    ]


def entry_of(tree: ast.Module) -> ast.FunctionDef:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == ENTRY:
            return node
    raise ValueError(f"no function {ENTRY}")


def solution_lines(solution: str, gradient: str) -> str:
    """The statements of a worked answer that make one gradient, with the comments above them."""
    lines = solution.split("\n")
    shown: list[str] = []
    for statement in entry_of(ast.parse(solution)).body:
        names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        if f"d{gradient}" not in _written(statement) & names:
            continue
        first = statement.lineno - 1
        while lines[first - 1].lstrip().startswith("#"):
            first -= 1
        shown += lines[first : statement.end_lineno]
    return textwrap.dedent("\n".join(shown))


def _written(statement: ast.stmt) -> set[str]:
    """The names a statement assigns, updates in place, or calls a method of."""
    found: set[str] = set()
    for node in ast.walk(statement):
        match node:
            case ast.Assign(targets=[target]) | ast.AugAssign(target=target):
                found |= {part.id for part in ast.walk(target) if isinstance(part, ast.Name)}
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))):
                found.add(name)
    return found
