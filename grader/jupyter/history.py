"""The cells that a kernel has run."""

from functools import cache
from typing import Any

from grader.jupyter.asked import RunCell


class History:
    """Of one IPython shell. Where its notebook says which cell is run (JupyterLab, VS Code), a
    cell that was run again counts once, as it was run last, at its first place."""

    def __init__(self, shell: Any) -> None:
        self._history = shell.history_manager
        self._ids: dict[int, str] = {}  # by the number that a cell was run as
        shell.events.register("pre_run_cell", self._note)

    def _note(self, info: Any) -> None:
        identity = getattr(info, "cell_id", None)
        if info.store_history and identity is not None:
            self._ids[self.running + 1] = identity

    @property
    def running(self) -> int:
        """The number of the cell that is running; before it has begun, of the last one.

        The shell's own count is one higher or not, from version to version.
        """
        return len(self._history.input_hist_raw) - 1

    def cells(self) -> tuple[RunCell, ...]:
        """Up to the one that is running."""
        latest: dict[int | str, RunCell] = {}
        for count, source in enumerate(self._history.input_hist_raw):
            if source.strip():
                latest[self._ids.get(count, count)] = RunCell(count, source)
        return tuple(latest.values())


@cache
def history_of(shell: Any) -> History:
    return History(shell)


def running_shell() -> Any:
    """IPython's, if this is one; else None. IPython is not imported to find out."""
    import sys

    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()
