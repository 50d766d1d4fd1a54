"""Stubs, made from the course and the worked answer: never edited apart.

The course gives the chunks, the shapes and the order, the worked answer the imports and
the signature. Imports no torch.
"""

import ast
import re
import textwrap

from grader.course.exercise import Exercise
from grader.syntax.gradients import ENTRY
from grader.syntax.targets import reads, writes
from grader.workspace.class_stub import emptied, lines_at
from grader.workspace.forward_text import forward_lines

WIDTH = 96
TENSORS = (
    "Replace each None with the gradient of the loss with respect to that value; its shape is "
    "given, and above it a line that reads the value. Others may read it as well: look for them "
    "above. Every value of the forward pass is available under its own name."
)
NUMBERS = (
    "Replace each None. Every value of the forward pass is available under its own name, as a "
    "plain number. d{last} is the derivative of the loss with respect to {last}; the comment above "
    "it shows a line that uses {last}; others may use it as well. Your code is called several "
    "times, each time with different numbers."
)

EXPRESSION = (
    "Each operation is judged by itself, where it stands in this expression; then the order of "
    "backward() in many others, and all of it together:"
)
METHODS = (
    "Write the methods that contain only a `pass` or a None; the comment beside it names what has "
    "to be set there. The rest is given. Each of them is judged on its own."
)


def stub_text(exercise: Exercise, solution: str) -> str:
    """The file a learner starts from."""
    lines = [f'"""{exercise.name}: {exercise.title}.', ""]
    lines += textwrap.wrap(exercise.teaches, WIDTH)
    if exercise.kind.adds_to_grad:
        lines += ["", *textwrap.wrap(EXPRESSION, WIDTH - 12)]
    if exercise.kind.adds_to_grad or not exercise.kind.in_methods:
        lines += ["", *(f"    {line}".rstrip() for line in forward_lines(exercise))]
    lines += ["", *_task(exercise)]
    lines += [f"Then run: grade {exercise.name}", '"""', ""]
    body = _classes if exercise.kind.in_methods else _entry
    return "\n".join([*lines, *body(exercise, solution)]) + "\n"


def _classes(exercise: Exercise, solution: str) -> list[str]:
    return emptied(solution, exercise.written_in.values()).rstrip("\n").split("\n")


def _entry(exercise: Exercise, solution: str) -> list[str]:
    lines = [*imports_of(solution), "", "", *_signature(ast.parse(solution))]
    for name in exercise.gradients:
        lines += [f"    # {text}" for text in what_is_asked(exercise, name)]
        shape = "" if exercise.kind.plain_numbers else f"  # {shape_of(exercise, name)}"
        lines += [f"    {exercise.key(name)} = None{shape}", ""]
    return [*lines, "    return locals()"]


def _task(exercise: Exercise) -> list[str]:
    if exercise.kind.in_methods:
        return textwrap.wrap(METHODS, WIDTH - 12)
    task = NUMBERS if exercise.kind.plain_numbers else TENSORS
    lines = textwrap.wrap(task.format(last=exercise.gradients[-1]), WIDTH - 12)
    if exercise.values:
        lines += [
            "A name without a d is not a gradient: the comment above it says what is asked for."
        ]
    return lines


def what_is_asked(exercise: Exercise, name: str) -> list[str]:
    """The chunk nearest the loss that reads the value; others to be found are in the forward pass.
    Of a value that is not a gradient, what it is."""
    if name not in exercise.values:
        return [chunk.source for chunk in exercise.chunks_asked(name)]
    return textwrap.wrap(exercise.asked_for(name), WIDTH - 6)


def imports_of(solution: str) -> list[str]:
    body = ast.parse(solution).body
    return [ast.unparse(node) for node in body if isinstance(node, ast.Import | ast.ImportFrom)]


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


def solution_lines(exercise: Exercise, solution: str, gradient: str) -> str:
    """The statements of a worked answer that make one gradient, with the comments above them.

    Those too that make what only these use: a step h, a value in between.
    """
    if exercise.kind.in_methods:
        return lines_at(solution, exercise.place(gradient))
    lines = solution.split("\n")
    body = entry_of(ast.parse(solution)).body
    others = {exercise.key(name) for name in exercise.gradients if name != gradient}
    wanted, kept = {exercise.key(gradient)}, list[ast.stmt]()
    for statement in reversed(body):
        # `demb.view(...)` only reads demb.
        written = (write for write in writes(statement) if write.how != "called")
        if wanted & {write.target.variable for write in written}:
            kept.insert(0, statement)
            wanted |= reads(statement) - others
    shown: list[str] = []
    for statement in kept:
        first = statement.lineno - 1
        while lines[first - 1].lstrip().startswith("#"):
            first -= 1
        shown += lines[first : statement.end_lineno]
    return textwrap.dedent("\n".join(shown))
