"""Which equal wrong answers are shown, and which are what anybody would expect."""

from grader.classroom.find import Student
from grader.classroom.pages.equal_answers import Answers, Equal
from grader.report import Report
from tests.classroom.reports import missing, report, wrong


def groups(*reports: Report) -> list[tuple[str, list[Equal]]]:
    answers = Answers()
    for number, one in enumerate(reports):
        answers.add(Student(chr(65 + number)), one)
    return [
        ("".join(student.name for student in group.students), list(group.answers))
        for group in answers.groups()
    ]


def of(*wrong_ones: object) -> Report:
    return report("exercise1", *wrong_ones)  # type: ignore[arg-type]


def test_right_answers_are_equal_and_nothing_is_said() -> None:
    assert groups(of(), of(), of()) == []


def test_an_answer_that_no_known_mistake_gives() -> None:
    other = of(wrong("probs", None, 0.25))
    assert groups(of(wrong("probs")), other, of(wrong("probs"))) == [
        ("AC", [Equal("probs", None, 1, 0)])
    ]


def test_numbers_that_differ_in_the_last_bit_are_not_equal() -> None:
    assert groups(of(wrong("probs", None, 0.1)), of(wrong("probs", None, 0.1 + 2**-56))) == []


def test_one_known_mistake_is_what_many_make_and_two_different_ones_are_not() -> None:
    one = of(wrong("probs", "wrong-factor"))
    same_kind = of(wrong("probs", "wrong-factor"), wrong("logits", "wrong-factor"))
    two = of(wrong("probs", "wrong-factor"), wrong("logits", "sign-flipped"))
    third = of(wrong("probs", "wrong-factor", 3.0))
    assert groups(one, one) == []
    assert groups(same_kind, same_kind) == []
    assert groups(two, two, third) == [
        ("AB", [Equal("probs", "wrong-factor", 1, 1), Equal("logits", "sign-flipped", 0, 0)])
    ]


def test_a_smaller_group_counts_what_a_larger_one_shares_too() -> None:
    two = of(wrong("probs", "wrong-factor"), wrong("logits", "sign-flipped"))
    assert groups(two, two, of(wrong("probs", "wrong-factor"))) == [
        ("AB", [Equal("probs", "wrong-factor", 0, 0), Equal("logits", "sign-flipped", 0, 0)])
    ]


def test_what_many_answer_is_a_common_mistake_also_where_it_has_no_name() -> None:
    assert len(groups(*[of(wrong("probs"))] * 5)) == 1
    assert groups(*[of(wrong("probs"))] * 6) == []
    right = [of()] * 394
    assert len(groups(*[of(wrong("probs"))] * 6, *right)) == 1


def test_what_was_never_written_says_nothing() -> None:
    zeros = wrong("probs", worst={"index": [0, 0], "yours": 0.0, "expected": 0.5})
    infinite = wrong("probs", maxdiff=float("inf"))
    assert groups(of(zeros), of(zeros)) == []
    assert groups(of(infinite), of(infinite)) == []
    assert groups(of(missing("probs")), of(missing("probs"))) == []
