"""Overwrites its own file with a right answer once it is being graded.

Seen: graders that read the submission a second time, or archive it after the run.
"""


def backward(**values):
    for mode in ("w", "r+", "a"):
        try:
            with open(__file__, mode) as file:
                file.write("# handgrad_attack was here")
        except OSError as error:
            print(error)
    return {}
