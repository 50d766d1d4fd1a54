"""What a class came to, as HTML: a page of the class and one for each student.

Written one at a time from the reports as they come; of a report only counts are kept.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from grader.classroom.gradebook import Gradebook
from grader.classroom.pages.class_page import class_page
from grader.classroom.pages.names import page_names
from grader.classroom.pages.overview import Overview
from grader.classroom.pages.student_page import student_page
from grader.classroom.pages.templates import MADE_HERE
from grader.classroom.policy import Policy
from grader.classroom.store import Graded
from grader.classroom.written import whole_file, write_file
from grader.report import Report

STUDENTS = "students"  # the folder of their pages
INDEX = "index.html"


def write_pages(graded: Iterable[Graded], book: Gradebook, policy: Policy, out: Path) -> Path:
    """The path of the class's page. `graded` is what `book` was made of, in its order.

    Raises OSError.
    """
    names, overview = page_names(book.students), Overview(book)
    folder = out / STUDENTS
    folder.mkdir(parents=True, exist_ok=True)
    written = set()
    for student, pairs in book.by_student(zip(graded, book.results, strict=True)):
        results = ((result, Report.from_json(one.report)) for one, result in pairs)
        page = student_page(student, results, overview.counted, book, policy)
        path = folder / names[student]
        write_file(path, page)
        written.add(path.name)
    _clear(folder, written.__contains__)
    links = {student: f"{STUDENTS}/{name}" for student, name in names.items()}
    with whole_file(out / INDEX) as file:
        file.writelines(class_page(overview, links))
    return out / INDEX


def _clear(folder: Path, is_current: Callable[[str], bool]) -> None:
    """Pages of students who are no longer there, or had names: written by an earlier run."""
    for path in folder.glob("*.html"):
        if not is_current(path.name):
            with path.open(encoding="utf-8", errors="replace") as file:
                ours = MADE_HERE in file.read(500)
            if ours:
                path.unlink()
