"""What one child is allowed: decided by the grader, before the child is made."""

from dataclasses import dataclass

MIB, GIB = 2**20, 2**30

MEMORY = 2 * GIB  # bytes of address space beyond what the child starts with
FILE = 16 * MIB  # bytes of one file
FOLDER = 16 * MIB  # bytes of the private folder
FOLDER_FILES = 256
DESCRIPTORS = 64


@dataclass(frozen=True)
class Plan:
    cpu: int  # seconds of processor time for the whole attempt
    parent: int  # the process with which the child shall die
    keep: int  # descriptors below this number stay open
    ruleset: int | None = None  # one of them: Landlock's, where it was made before
