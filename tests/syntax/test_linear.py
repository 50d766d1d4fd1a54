"""What a submission's text is asked grows with the text, and no faster, whatever it is made of."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.cli.submissions import submission_at
from grader.course.exercise import load_exercise
from grader.syntax.dialect import usual

SHAPES: dict[str, Callable[[int], str]] = {
    "functions": lambda n: "".join(f"def f{i}():\n  f{i + 1}()\n" for i in range(n)),
    "statements on a line": lambda n: "def backward(x):\n  " + ";".join(["dx = x"] * 4 * n),
    "returns": lambda n: "def backward(x):\n  " + ";".join(["return dx"] * 4 * n),
    "nonlocals": lambda n: "def backward(x):\n  dx = 1\n" + "".join(
        f"  def f{i}():\n    nonlocal dx\n    dx = 1\n" for i in range(n)),
    "one variable under many names": lambda n: "def backward(x):\n  " + "y = 1;" * n
        + "\n  return {" + ",".join(f"'d{i}': y" for i in range(n)) + "}",
    "a chain of aliases": lambda n: "import torch\nd0 = torch\n" + "".join(
        f"d{i + 1} = d{i}\n" for i in range(2 * n)),
    "one name for many things": lambda n: "import torch\n" + "".join(
        f"d = torch.a{i}\ne{i} = d\n" for i in range(n)),
    "classes of one name": lambda n: "class A:\n  pass\n" * n + "class B(A): pass\n" * n,
    "methods": lambda n: "class A:\n" + "".join(
        f"  def f{i}(self):\n    self.dx = 1\n    return self.dx\n" for i in range(n)),
    "what is returned to the grader": lambda n: "class N: pass\ndef f():\n  " + "g = N();" * n
        + "\n" + "  return vars(g)\n" * n,
    # In the lecture's style, without `backward`: as a notebook's cells.
    "functions and their calls": lambda n: "dlogits = 1\n" + "".join(
        f"def f{i}(): pass\nf{i}()\n" for i in range(n)),
    "a long function and its calls": lambda n: "def f(x):\n" + "".join(
        f"  x[{i}] = 1\n" for i in range(n)) + "f(dlogits)\n" * n + "dlogits = 1\n",
    "many globals and their calls": lambda n: "def f():\n" + "".join(
        f"  global g{i}\n  g{i} = 1\n" for i in range(n)) + "f()\n" * n + "dlogits = 1\n",
    "functions that make gradients": lambda n: "".join(
        f"def f{i}():\n  dlogits = dprobs = dlogprobs = dh = 1\n" for i in range(n)),
}  # fmt: skip


def cost(source: str, path: Path) -> float:
    """Processor time of everything that is asked of it."""
    path.write_text(source)
    start = time.process_time()
    submission = replace(submission_at(path, load_exercise("exercise1")), dialect=usual())
    assert submission.problem is None
    for question in ("gradients", "attempted", "forbidden", "empty", "plain", "in_methods"):
        getattr(submission, question)
    return time.process_time() - start


@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_the_text_takes_about_four_times_as_long(shape: str, tmp_path: Path) -> None:
    path = tmp_path / "answer.py"
    small, large = (min(cost(SHAPES[shape](n), path) for _ in range(2)) for n in (150, 600))
    assert large < 9 * small + 0.02  # sixteen times, where it is quadratic
