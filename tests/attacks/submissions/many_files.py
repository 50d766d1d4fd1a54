"""Makes a million files. (Here: a thousand at most.)

Seen: file systems run out of inodes long before they run out of bytes.
"""

from pathlib import Path


def backward(**values):
    for folder in (".", "/tmp", str(Path(__file__).parent)):
        made = 0
        try:
            for made in range(1000):
                Path(folder, f"handgrad_attack_{made}").touch()
            print("FOUND room for a thousand files in", folder)
        except OSError as error:
            print(folder, made, error)
    return {}
