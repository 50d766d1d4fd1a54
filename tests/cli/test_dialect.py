"""grade dialect: the list, in sentences and columns that fit a terminal."""

from click.testing import CliRunner

from grader.cli import main
from grader.syntax.dialect import usual


def said(*arguments: str) -> str:
    done = CliRunner().invoke(main, ["dialect", *arguments])
    assert done.exit_code == 0
    return done.stdout


def test_all_of_the_list_is_shown() -> None:
    text = said()
    assert max(map(len, text.splitlines())) <= 80
    shown = set(text.split())
    modules = (*usual().modules.values(), *usual().optional.values())
    for names in (*modules, usual().builtins, usual().attributes):
        assert names <= shown
    assert "From torch.nn.functional:" in text
    assert "gi_frame" not in shown


def test_a_word_is_looked_up() -> None:
    assert said("einsum") == "einsum: in the list, under torch, numpy where a course allows it.\n"
    assert said("torch.einsum") == "torch.einsum: in the list, under torch.\n"
    assert said("torch.func") == "torch.func: not in the list.\n"
    assert said("math") == "math: may be imported.\n"
    assert said("numpy") == "numpy: may be imported where a course allows it (exercise1).\n"
