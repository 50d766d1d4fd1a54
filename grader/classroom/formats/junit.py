"""JUnit XML of a class, a test suite a submission, written as the reports come.

Source: the Jenkins xUnit plugin's junit-10.xsd. What a test says is pytest's own way of it.
"""

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

from grader.classroom.store import Graded
from grader.errors import one_line
from grader.render.pytest_formats import Check, checks


def junit(graded: Iterable[Graded]) -> Iterator[str]:
    yield "<?xml version='1.0' encoding='utf-8'?>\n<testsuites name=\"handgrad\">\n"
    for one in graded:
        yield ElementTree.tostring(_suite(one), encoding="unicode") + "\n"
    yield "</testsuites>\n"


def _suite(one: Graded) -> ElementTree.Element:
    found = list(checks(one.report))
    failed = sum(check.summary is not None for check in found)
    called = one_line(f"{one.student.name} {one.exercise}")
    suite = ElementTree.Element(
        "testsuite", name=called, tests=str(len(found)), failures=str(failed), errors="0",
        skipped="0",
    )  # fmt: skip
    for check in found:
        suite.append(_case(one, check))
    return suite


def _case(one: Graded, check: Check) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname=one_line(one.file), name=check.name)
    if check.summary is not None:
        failure = ElementTree.SubElement(case, "failure", message=_legal(check.summary))
        where = "" if check.line is None else f"line {check.line}: "
        failure.text = _legal(f"{where}{check.summary}\n{check.details}".rstrip())
    return case


def _legal(text: str) -> str:
    """Line ends and tabs are the only control characters that XML has."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")
