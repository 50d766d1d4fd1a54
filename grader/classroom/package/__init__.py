"""Grading somewhere else: what another system is given, so that it calls us for each submission."""

import re
import shlex
import zipfile
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import requires, version
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader.course import EXERCISES
from grader.errors import UsageProblem
from grader.version import __version__
from grader.workspace.kit import ORIGIN

PACKAGE = Path(__file__).parent.parent.parent
KIT = ("exercises", "solutions", "data")
POLICY = "course.toml"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the date of every file, so that the same is the same to the byte
SCRIPT, PLAIN = 0o755, 0o644


def gradescope(exercises: Sequence[str], policy: Path | None, names: str | None, to: Path) -> None:
    """An autograder's zip: setup.sh, run_autograder, the policy, and this package with its kit.

    `names` is the policy's list of words, beside it. Source: Gradescope, Autograder
    Specifications, "File hierarchy". Raises OSError; UsageProblem for names that lie elsewhere.
    """
    if names is not None and ("/" in names or names.startswith(".")):
        raise UsageProblem(f"{names}: put it beside {POLICY}, for it goes into the zip.")
    given = {"exercises": exercises, "policy": policy and POLICY}
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "setup.sh", _rendered("setup.sh"), SCRIPT)
        _add(archive, "run_autograder", _rendered("run_autograder", **given), SCRIPT)
        _add(archive, "requirements.txt", "".join(f"{one}\n" for one in requirements()))
        if policy is not None:
            _add(archive, POLICY, policy.read_bytes())
            if names is not None:
                _add(archive, names, (policy.parent / names).read_bytes())
        for path, name in _installed():
            _add(archive, f"site/{name}", path.read_bytes())


def github(exercises: Sequence[str], policy: Path | None, install: str | None) -> str:
    """A workflow for a template repository: the student's file is graded at each push."""
    return _rendered(
        "classroom.yml",
        exercises=exercises,
        policy=policy and policy.as_posix(),
        install=install or f"handgrad=={__version__}",
        python="3.11",
    )


def requirements() -> list[str]:
    """What this package needs, in the versions that are here."""
    names = [re.split(r"[ <>=!~;\[(]", one, maxsplit=1)[0] for one in requires("handgrad") or ()
             if "extra ==" not in one]  # fmt: skip
    return [f"{name}=={version(name).partition('+')[0]}" for name in sorted(names)]


def _installed() -> Iterator[tuple[Path, str]]:
    """Every file of this package, and where it goes: as a wheel has it, the kit inside."""
    for path in _files(PACKAGE):
        yield path, f"grader/{path.relative_to(PACKAGE).as_posix()}"
    if not ORIGIN.is_relative_to(PACKAGE):
        for part in KIT:
            for path in _files(ORIGIN / part):
                if part == "data" or path.stem in EXERCISES:  # no notes of a learner's
                    yield path, f"grader/_kit/{path.relative_to(ORIGIN).as_posix()}"


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if "__pycache__" not in path.parts)


def _add(archive: zipfile.ZipFile, name: str, data: str | bytes, mode: int = PLAIN) -> None:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.external_attr = (0o100000 | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)


@cache
def _environment() -> Environment:
    environment = Environment(  # of shell and YAML: quoted where they are put in
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        variable_start_string="<<",
        variable_end_string=">>",
    )
    environment.filters["quoted"] = shlex.quote
    return environment


def _rendered(template: str, **facts: object) -> str:
    return _environment().get_template(template).render(**facts)
