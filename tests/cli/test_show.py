"""grade show: the forward pass in one piece, with the lines that read a value marked."""

import pytest
from click.testing import CliRunner, Result

from grader.cli import main
from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.workspace import kit

pytestmark = pytest.mark.usefixtures("folder")


def grade(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("name", EXERCISES)
def test_every_chunk_and_every_input_is_shown(name: str) -> None:
    done, forward = grade("show", name), load_exercise(name).forward_pass
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    for chunk in forward.chunks:
        assert any(line.startswith(f"  {chunk.name} = ") for line in lines)
    for given in forward.inputs:
        assert any(line.split() and line.split()[0] == given.name for line in lines)


@pytest.mark.parametrize("typed", ["counts", "dcounts"])
def test_the_readers_of_a_value_are_marked(typed: str) -> None:
    said = grade("show", "exercise1", typed).stdout
    marked = [line.split(" = ")[0] for line in said.splitlines() if line.startswith(("> ", "= "))]
    assert marked[:3] == ["= counts", "> counts_sum", "> probs"]
    assert said.startswith("2 lines read counts: dcounts is the sum of their contributions.\n")


@pytest.mark.parametrize("name", EXERCISES)
def test_each_gradient_has_its_readers_marked(name: str) -> None:
    exercise = load_exercise(name)
    for gradient in exercise.gradients:
        done = grade("show", name, gradient)
        assert done.exit_code == 0
        marked = [
            line.split(" = ")[0][2:] for line in done.stdout.splitlines()[:-1] if line[:2] == "> "
        ]
        assert marked == [chunk.name for chunk in exercise.forward_pass.consumers.get(gradient, ())]


def test_without_a_name_it_is_the_current_exercise(folder: kit.Kit) -> None:
    path = folder.stub("exercise2")
    path.write_text(path.read_text() + "# a line\n")
    assert grade("show").stdout == grade("show", "exercise2").stdout
    assert grade("show", "dlogits").stdout == grade("show", "exercise2", "logits").stdout


def test_no_such_gradient() -> None:
    done = grade("show", "exercise1", "dcount")
    assert done.exit_code == 2
    assert "did you mean dcounts?" in done.stderr


def test_the_lesson_begins_with_the_forward_pass() -> None:
    said = grade("lesson", "exercise1").stdout
    head, _, rest = said.partition("```python\n")
    assert head == "# Backprop through every chunk\n\n"
    assert rest.startswith("emb = C[Xb] ")
