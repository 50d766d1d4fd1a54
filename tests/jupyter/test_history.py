"""Which cells count, and in what order."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from grader.jupyter.history import History


class Shell:
    """As far as History knows IPython's."""

    def __init__(self) -> None:
        self.events = SimpleNamespace(register=self._register)
        self.history_manager = SimpleNamespace(input_hist_raw=[""])

    def _register(self, event: str, note: Callable[[Any], None]) -> None:
        assert event == "pre_run_cell"
        self._note = note

    def run(self, source: str, identity: str | None = None, store: bool = True) -> None:
        self._note(SimpleNamespace(cell_id=identity, store_history=store))
        if store:
            self.history_manager.input_hist_raw.append(source)


def seen(history: History) -> list[tuple[int, str]]:
    return [(cell.count, cell.source) for cell in history.cells()]


def test_a_cell_that_is_run_again_counts_as_it_was_run_last_at_its_first_place() -> None:
    shell = Shell()
    history = History(shell)
    shell.run("a = 1", "one")
    shell.run("b = a", "two")
    shell.run("a = 2", "one")
    assert seen(history) == [(3, "a = 2"), (2, "b = a")]
    assert history.running == 3


def test_without_ids_every_run_counts() -> None:
    shell = Shell()
    history = History(shell)
    for source in ("a = 1", "b = a", "", "a = 2"):
        shell.run(source)
    assert seen(history) == [(1, "a = 1"), (2, "b = a"), (4, "a = 2")]


def test_what_is_run_aside_is_not_of_the_notebook() -> None:
    shell = Shell()
    history = History(shell)
    shell.run("a = 1", "one")
    shell.run("a = 2", "two", store=False)
    shell.run("a = 3")
    assert seen(history) == [(1, "a = 1"), (2, "a = 3")]
