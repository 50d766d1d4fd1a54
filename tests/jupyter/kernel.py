"""Cells run by a real kernel, and what each of them showed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Shown:
    text: str  # of a report, or of whatever the cell's value is
    html: str
    printed: str
    error: str  # "UnknownExercise: what IPython shows of it"


def run(cells: Sequence[str], seconds: int = 120) -> list[Shown]:
    """In one kernel, one after the other, also where one raises."""
    import nbformat

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    return run_notebook(notebook, seconds)


def run_notebook(notebook: Any, seconds: int = 120) -> list[Shown]:
    """Of each code cell."""
    from nbclient import NotebookClient

    NotebookClient(notebook, timeout=seconds, kernel_name="python3", allow_errors=True).execute()
    return [_shown(cell.outputs) for cell in notebook.cells if cell.cell_type == "code"]


def _shown(outputs: Sequence[Any]) -> Shown:
    data = [output.data for output in outputs if "data" in output]
    return Shown(
        "\n".join(part.get("text/plain", "") for part in data),
        "\n".join(part.get("text/html", "") for part in data),
        "".join(output.text for output in outputs if output.output_type == "stream"),
        "\n".join(_errors(outputs)),
    )


def _errors(outputs: Sequence[Any]) -> Iterator[str]:
    for output in outputs:
        if output.output_type == "error":
            yield f"{output.ename}: {' '.join(output.traceback)}"
