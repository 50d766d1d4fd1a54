"""The table of each exercise as it was last graded, as text: shown again beside a syntax error.

Kept in .handgrad/tables.json. What cannot be read counts as nothing.
"""

from pathlib import Path

from grader.workspace.kit import Kit
from grader.workspace.whole_file import read_entries, update_entries

TABLES = Path(".handgrad") / "tables.json"


def keep_table(folder: Kit, exercise: str, table: str) -> None:
    """Raises OSError."""
    update_entries(folder.root / TABLES, lambda kept: kept | {exercise: table})


def forget_table(folder: Kit, exercise: str) -> None:
    """Raises OSError."""
    if last_table(folder, exercise):
        update_entries(
            folder.root / TABLES,
            lambda kept: {name: table for name, table in kept.items() if name != exercise},
        )


def last_table(folder: Kit, exercise: str) -> str:
    """ "" where there is none."""
    table = read_entries(folder.root / TABLES).get(exercise)
    return table if isinstance(table, str) else ""
