"""The tables of a class, as text."""

import csv
import io

from grader.classroom.gradebook import results_csv
from tests.classroom.reports import book_of, graded, report, wrong


def test_a_first_error_has_the_name_that_its_learner_gave_it() -> None:
    results = [graded("Ann", report("exercise2", wrong("logits", "wrong-factor")))]
    (row,) = csv.DictReader(io.StringIO(results_csv(book_of(results))))
    assert (row["first error"], row["line"], row["mistake"]) == ("dlogits", "7", "wrong-factor")
