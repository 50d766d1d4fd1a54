"""A notebook to start from: the forward pass in chunks, a cell for each gradient, the grading.

Made from the course and the worked answer, as a stub is. It is written as JSON: nbformat is needed
to run it, not to write it. Imports no torch.
"""

import json
import textwrap
from typing import Any

from grader.course.exercise import Exercise
from grader.course.forward import laid_out
from grader.course.names import NameData, read_names
from grader.errors import UsageProblem
from grader.workspace import kit
from grader.workspace.stub import imports_of, shape_of, what_is_asked

WIDTH = 96
INSTALL = """\
# Where handgrad is not installed yet (on Colab, for example), take the # off this line:
# %pip install -q "handgrad[notebook]"
"""
FORWARD = (
    "## Forward\n\nEach line is a chunk; the comment is the shape of its value. Here the values "
    "are worked out for you to look at; grading works them out on its own, with other sizes too."
)
BACKWARD = (
    "## Backward\n\nEach cell names the chunks that read a value. Replace the `None` with the "
    "gradient of the loss with respect to that value."
)
NUMBERS = (
    "## Backward\n\nReplace each `None`; the comment above it says what is asked for, or shows "
    "where the number is used."
)
GRADING = (
    "## Grading\n\nRun this cell as often as you like: it grades what is written in the cells "
    "that you have run. To grade a single cell, write `%%grade {name}` as its first line."
)


def notebook_text(exercise: Exercise, solution: str) -> str:
    """The file, of nbformat 4.5. Raises UsageProblem where an exercise does not fit a notebook."""
    return as_file(
        exercise,
        [
            *forward_cells(exercise, solution),
            text_cell(NUMBERS if exercise.kind.plain_numbers else BACKWARD),
            *(code_cell(_gradient(exercise, row)) for row in exercise.gradients),
            text_cell(GRADING.format(name=exercise.name)),
            code_cell(check_of(exercise)),
        ],
    )


def check_of(exercise: Exercise, **options: object) -> str:
    """The line that grades."""
    words = [f'"{exercise.name}"', *(f"{name}={value}" for name, value in options.items())]
    return f"grader.check({', '.join(words)})"


def forward_cells(exercise: Exercise, solution: str) -> list[dict[str, Any]]:
    """What stands before the gradients. Raises UsageProblem as notebook_text."""
    name = exercise.name
    if exercise.kind.in_methods:
        raise UsageProblem(
            f"{name} is written as classes, which a notebook would tear apart; write it in "
            f"exercises/{name}.py and run: grade {name}"
        )
    imports = "\n".join([*_imports(exercise, solution), "", "import grader", ""])
    return [
        text_cell(f"# {name}: {exercise.title}\n\n{exercise.teaches}"),
        code_cell(f"{INSTALL}{imports}\n%load_ext grader"),
        text_cell(FORWARD),
        code_cell(_given(exercise)),
        code_cell(_forward(exercise)),
    ]


def as_file(exercise: Exercise, cells: list[dict[str, Any]]) -> str:
    document = {
        "cells": [
            {"id": f"{exercise.name}-{number}", **cell} for number, cell in enumerate(cells, 1)
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _imports(exercise: Exercise, solution: str) -> list[str]:
    """The stub's, and the forward pass's: of plain numbers, Python's own functions."""
    imports, _ = laid_out(exercise.forward)
    if exercise.kind.plain_numbers:
        imports = [line.replace("from torch ", "from math ") for line in imports]
    lines = dict.fromkeys([*imports_of(solution), *imports])
    return sorted(lines, key=lambda line: (line.startswith("from"), line))


def _given(exercise: Exercise) -> str:
    names = [item.name for item in exercise.forward_pass.inputs]
    listed = textwrap.wrap(", ".join(names), WIDTH)
    opening = f"# {exercise.name}: what the forward pass starts from, as the grader shows it\n"
    target = listed[0] if len(listed) == 1 else "(\n    " + "\n    ".join(listed) + "\n)"
    text = f'{opening}{target} = grader.inputs("{exercise.name}")'
    if exercise.kind.plain_numbers:
        return text
    sizes = {"batch_size": exercise.sizes.get("n"), "vocab_size": _letters(), **exercise.sizes}
    kept = {size: value for size, value in sizes.items() if value and size not in names}
    return f"{text}\n{', '.join(kept)} = {', '.join(map(str, kept.values()))}"


def _letters() -> int:
    return len(NameData(read_names(kit.NAMES)).letters)


def _forward(exercise: Exercise) -> str:
    _, chunks = laid_out(exercise.forward)
    if exercise.further_chunks:
        width = max(len(chunk.source) for chunk in exercise.further_chunks)
        chunks += "\n\n# At hand as well:\n"
        chunks += "\n".join(f"{c.source:<{width}}  # {c.shape}" for c in exercise.further_chunks)
    return chunks


def _gradient(exercise: Exercise, name: str) -> str:
    lines = [f"# {line}" for line in what_is_asked(exercise, name)]
    shape = "" if exercise.kind.plain_numbers else f"  # {shape_of(exercise, name)}"
    return "\n".join([*lines, f"{exercise.key(name)} = None{shape}"])


def text_cell(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": _lines(source)}


def code_cell(source: str) -> dict[str, Any]:
    return {
        "cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [],
        "source": _lines(source),
    }  # fmt: skip


def _lines(source: str) -> list[str]:
    return source.splitlines(keepends=True)
