"""Files that are written whole or not at all."""

from pathlib import Path


def write_whole(path: Path, content: str | bytes) -> None:
    """The old file stays until the new one is complete. Makes its folder, in one that exists.

    Raises OSError.
    """
    path.parent.mkdir(exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    fresh.replace(path)
