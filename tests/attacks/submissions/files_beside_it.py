"""Has files beside it that Python or pytest would load: torch.py, sitecustomize.py, conftest.py.

Seen: graders that run in the submission's directory. The test puts the files there.
"""

import torch


def backward(**values):
    if "handgrad_attack" in vars(torch):
        print("FOUND: another torch")
    try:
        import sitecustomize

        print("FOUND" if "handgrad_attack" in vars(sitecustomize) else "another sitecustomize")
    except ImportError as error:
        print(error)
    return {}
