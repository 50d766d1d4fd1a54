"""What a student's page is called: a file's name on any system, and nobody else's."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from grader.classroom.find import Student

LONGEST = 60  # characters
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)  # Windows's devices


def page_names(students: Sequence[Student], suffix: str = ".html") -> dict[Student, str]:
    """`jane-doe.html`; with some digits of a digest where several would be called so."""
    plain = {student: _plain(student) for student in students}
    shared = Counter(plain.values())
    return {
        student: (name if shared[name] == 1 and name else _told_apart(name, student)) + suffix
        for student, name in plain.items()
    }


def _plain(student: Student) -> str:
    text = unicodedata.normalize("NFC", f"{student.name} {student.id}").casefold()
    name = re.sub(r"[^\w.+]+", "-", text).strip("-.")[:LONGEST].strip("-.")
    return "" if RESERVED.fullmatch(name) else name


def _told_apart(name: str, student: Student) -> str:
    digest = hashlib.sha256(f"{student.name}\0{student.id}".encode()).hexdigest()
    return f"{name}-{digest[:8]}".lstrip("-")
