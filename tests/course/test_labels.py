"""What a report calls the rows of classes, and what a learner types for them."""

import pytest

from grader.course import EXERCISES
from grader.course.exercise import load_exercise

WIDEST = 26  # of a label, so that the table fits 80 columns


@pytest.mark.parametrize("name", EXERCISES)
def test_labels_differ_and_fit_and_each_word_means_its_row(name: str) -> None:
    exercise = load_exercise(name)
    assert set(exercise.shown_as) in (set(), set(exercise.gradients))
    labels = [exercise.label(row) for row in exercise.gradients]
    assert len(set(labels)) == len(labels) and max(map(len, labels)) <= WIDEST
    for row, label in zip(exercise.gradients, labels, strict=True):
        word = exercise.word(row)
        assert word.isidentifier() and word in label.split()
        assert row in exercise.named(word)
        for one in (row, exercise.key(row), label):
            assert exercise.named(one) == (row,)


def test_a_label_says_where_the_row_is_written() -> None:
    exercise = load_exercise("warmup2")
    for row, label in exercise.shown_as.items():
        method, _, target = exercise.written_in[row].partition(":")
        assert method.removesuffix("._backward").rpartition(".")[2] in label.split()
        assert not target or target in label or label.startswith("v ")  # of v * v: both


def test_a_method_means_all_its_rows() -> None:
    assert load_exercise("warmup2").named("__mul__") == ("squared", "cubed", "grown")
    assert load_exercise("warmup2").named("multiply") == ()
