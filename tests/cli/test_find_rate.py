"""--find-rate: which rates are tried, on which batches, what ends it, what it finds."""

import json
import math
import random
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import main
from grader.course.exercise import load_exercise
from grader.course.names import read_names
from grader.workspace import kit

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def grade(*words: str | Path, code: int) -> Result:
    done = CliRunner(env={"COLUMNS": "80"}).invoke(main, [str(word) for word in words])
    assert done.exit_code == code, done.stdout + done.stderr
    return done


@pytest.fixture
def names(tmp_path: Path) -> Path:
    path = tmp_path / "names.txt"
    path.write_text("\n".join(random.Random(1).sample(read_names(kit.NAMES), 300)))
    return path


def test_it_draws_and_names_the_rate(names: Path) -> None:
    done = grade(
        "exercise4", "--submission", kit.solution_path("exercise4"), "--names", names,
        "--find-rate", "--steps", "150", "--json", code=0,
    )  # fmt: skip
    found = json.loads(done.stdout)["rate_search"]
    assert found["problem"] is None
    assert len(found["rates"]) == len(found["losses"]) == 150
    assert found["rates"][0] == pytest.approx(1e-3)
    assert found["rates"][-1] == pytest.approx(1.0)
    assert sum(found["losses"][:30]) > sum(found["losses"][100:130])  # it learns on the way
    assert 0.02 < found["lowest"] <= 1.0
    assert f"The loss is lowest at a rate of {found['lowest']:.2g}." in done.stderr
    assert "--train starts with 0.1." in done.stderr
    assert done.stderr.startswith("Trying 150 learning rates.\n")


def test_a_rate_that_blows_it_up_is_its_end_and_no_fault(
    names: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    from grader.course import warmup4

    monkeypatch.setattr(warmup4, "RECIPE", replace(warmup4.RECIPE, search=(1e-3, 1e60)))
    load_exercise.cache_clear()
    request.addfinalizer(load_exercise.cache_clear)
    done = grade(
        "warmup4", "--submission", kit.solution_path("warmup4"), "--names", names,
        "--find-rate", "--steps", "60", "--json", code=0,
    )  # fmt: skip
    found = json.loads(done.stdout)["rate_search"]
    assert found["problem"] is None
    assert 5 < len(found["losses"]) == len(found["rates"]) < 60
    assert all(map(math.isfinite, found["losses"]))
    assert found["lowest"] < 10


def test_code_that_raises_on_the_way_is_told(names: Path, tmp_path: Path) -> None:
    submission = tmp_path / "late.py"
    submission.write_text(
        kit.solution_source("exercise4").replace(
            "    return locals()",
            "    torch.calls = getattr(torch, 'calls', 0) + 1\n"
            "    if torch.calls > 30:\n        raise ValueError('no more')\n    return locals()",
        )
    )
    done = grade(
        "exercise4", "--submission", submission, "--names", names,
        "--find-rate", "--steps", "60", "--json", code=1,
    )  # fmt: skip
    found = json.loads(done.stdout)["rate_search"]
    assert found["problem"].startswith(f"{submission}, line ")
    assert found["problem"].endswith("ValueError: no more")
    assert f"The search stopped after {len(found['losses'])} rates: {submission}, line" in (
        done.stderr
    )


USAGE = {
    "nothing is trained": (
        ("exercise2", "--find-rate"),
        "exercise2 trains nothing; these do: ",
    ),
    "no training at all": (("exercise2", "--train"), "exercise2 trains nothing; these do: "),
    "two things at once": (("exercise4", "--train", "--find-rate"), "--find-rate is a call of its"),
    "steps of nothing": (("exercise4", "--steps", "5"), "--steps goes with --train, --resume or"),
    "all at once": (("all", "--train"), "`grade all` does not train; name one exercise"),
    "no steps": (("exercise4", "--train", "--steps", "0"), "Invalid value for '--steps'"),
}


@pytest.mark.parametrize("what", USAGE)
def test_options_that_make_no_sense_are_refused(what: str) -> None:
    words, said = USAGE[what]
    done = grade(*words, code=2)
    assert said in done.stderr
    assert done.stdout == ""
    if "these do" in said:
        for name in ("warmup3", "warmup4", "exercise4", "exercise5", "exercise8"):
            assert name in done.stderr
