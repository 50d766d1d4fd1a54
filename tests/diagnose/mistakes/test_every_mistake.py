"""Every mistake looks at any tensor without falling over, and says what it says in one line."""

import pytest
import torch

from grader.bench.point import nearest, random_point
from grader.bench.trial import make_trial
from grader.course.exercise import load_exercise
from grader.course.names import NameData, read_names
from grader.diagnose.case import Case
from grader.diagnose.mistakes import OBSERVED, OF_VALUES, PREDICTED, module_of
from grader.judge.lines import NOTHING
from grader.syntax.submission import read_submission
from grader.workspace import kit

SHAPES = [
    (),
    (1,),
    (7,),
    (11,),
    (1, 11),
    (7, 1),
    (7, 11),
    (11, 7),
    (27, 4),
    (7, 27),
    (2, 3, 4),
    (0,),
]


@pytest.fixture(scope="module")
def data():
    return NameData(read_names(kit.NAMES))


@pytest.mark.slow
@pytest.mark.parametrize("exercise_name", ["exercise1", "exercise2", "exercise3", "exercise4"])
def test_no_result_breaks_a_prediction(exercise_name, data):
    exercise = load_exercise(exercise_name)
    trial = make_trial(exercise, data, "own", 5, exercise.other_sizes)
    scene = random_point(trial)
    submission = read_submission(kit.solution_path(exercise_name))
    generator = torch.Generator().manual_seed(3)
    for at, name in enumerate(exercise.gradients):
        some = SHAPES[at % 4 :: 4]  # each shape comes up at every fourth gradient
        shapes = [*some, tuple(scene.values[name].shape)]
        results = [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]
        results += [torch.zeros_like(scene.values[name]), torch.full((7, 11), float("nan"))]
        for result in results:
            for cut in {nearest(exercise, name), NOTHING}:
                case = Case(scene, name, cut, result.double(), submission)
                for mistake in PREDICTED:
                    found = module_of(mistake).find(case)
                    assert found is None or isinstance(found, dict)
                    if result.numel() > 1 and result.abs().max() > 0:
                        assert found is None, f"{mistake} claims random numbers for {name}"


@pytest.mark.parametrize("mistake", dict.fromkeys([*PREDICTED, *OF_VALUES, *OBSERVED]))
def test_its_page_has_the_four_parts(mistake):
    page = module_of(mistake).__doc__
    for part in ("**What it is.**", "**Why it matters.**", "**Example.**", "**How to see it.**"):
        assert part in page, f"{mistake}: no {part}"
    first = page.strip().split("\n")[0]
    assert first.endswith(".") and len(first) < 80
