"""`grade class FOLDER`: a whole class at once."""

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli import main
from grader.cli.class_finding import changes_in, contents_known_in, found_in, say_found, why_not
from grader.cli.class_output import Output
from grader.course import EXERCISES
from grader.errors import (
    GRADER_FAILED,
    NOT_PASSED,
    PASSED,
    GraderFailure,
    UnknownExercise,
    UsageProblem,
    did_you_mean,
    one_line,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from grader.classroom.contents import Contents
    from grader.classroom.crew import Done
    from grader.classroom.find import Finding, NotGraded, Student
    from grader.classroom.gradebook import Gradebook
    from grader.classroom.policy import Policy
    from grader.classroom.store import Attempt, Store
    from grader.classroom.task import Settings, Task

    Share = Callable[
        [list[Attempt], Callable[[Attempt], Task], Settings], Generator[Done[Attempt], None, None]
    ]

DATABASE = "class.db"


@main.command("class")
@click.argument("folder", type=Path, metavar="FOLDER")
@click.option("--exercise", "exercises", multiple=True, metavar="NAME",
              help="What is graded; once for each exercise.")  # fmt: skip
@click.option("--policy", type=Path, metavar="FILE", help="The course's policy, course.toml.")
@click.option("--out", type=Path, metavar="FOLDER", default=Path("class"), show_default=True,
              help="Where the gradebook, the pages and the database are written.")  # fmt: skip
@click.option("--db", type=Path, metavar="FILE", help="The database, elsewhere than in --out.")
@click.option("--dry-run", is_flag=True, help="Say what is found, and grade nothing.")
@click.option(
    "--rerun", multiple=True, metavar="STUDENT", help="Grade this one again; a name or a number."
)
@click.option(
    "--changed/--everything", default=True,
    help="Grade what is new or has changed (as usual), or all again.",
)  # fmt: skip
@click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help="Processes that grade.")
@click.option(
    "--scheduler", metavar="ADDRESS",
    help="Grade on a Dask cluster, tcp://HOST:8786: docs/cluster.md",
)  # fmt: skip
@click.option(
    "--trusted", is_flag=True, help="Your own files: grade without the full sandbox, if need be."
)
@click.option("--watch", is_flag=True, help="Go on with what is handed in later, until Ctrl-C.")
@click.option("--pages/--no-pages", default=True, help="Write pages of the class and of students.")
@click.option("--anonymous", is_flag=True, help="Numbers in place of names in all that is written.")
@click.option(
    "--format", "formats", multiple=True, metavar="NAME=FILE",
    help="For another system as well. One file of the class: canvas, nbgrader, junit, json-report; "
    "one of each student (FILE is a folder, if there are several): gradescope, prairielearn, "
    "otter, github, classroom50.",
)  # fmt: skip
@click.option(
    "--fill", multiple=True, type=Path, metavar="FILE",
    help="A gradebook exported from Canvas, or Moodle's grading worksheet: written to --out with "
    "the points in it.",
)  # fmt: skip
@click.option("--init", is_flag=True, help="Write a course.toml to FOLDER, with comments.")
def classroom(
    folder: Path,
    exercises: tuple[str, ...],
    policy: Path | None,
    init: bool,
    watch: bool,
    dry_run: bool,
    **options: Any,
) -> None:
    """Grade the submissions of a class, found in a FOLDER or a zip.

    A folder a student, files named by student, or an export of Canvas, Moodle or Gradescope. What
    is found is said first; --dry-run ends there. Results are kept in a database: what was graded
    is not graded again, and a run that was stopped goes on.
    """
    if init:
        write_policy(folder)
        return
    rules = read_rules(policy, exercises)
    output = Output(**{name: options.pop(name) for name in Output.OPTIONS})
    share = sharing(options.pop("jobs"), options.pop("scheduler"))
    db = options.pop("db") or output.out / DATABASE
    with contents_known_in(db) as contents:
        ours = [db, *output.not_handed_in(), *([] if policy is None else [policy])]
        look = partial(found_in, folder, rules.exercises, contents, ours)
        finding = look()
        say_found(finding, dry_run)
        if dry_run:
            return

        def grade(found: "Finding", **again: Any) -> int:
            fixed = contents, rules, policy, output, share, db
            return graded_class(found, *fixed, **options | again)

        try:
            status = grade(finding)
            for later in changes_in(folder, look, finding) if watch else ():
                say_found(later, everything=False)
                status = grade(later, rerun=(), changed=True)
        except KeyboardInterrupt:
            click.echo("Stopped. What was graded is kept: the same call continues.", err=True)
            status = NOT_PASSED
    sys.exit(status)


def sharing(jobs: int | None, scheduler: str | None) -> "Share":
    """How submissions are shared out: over processes of this machine, or a cluster's.

    Raises UsageProblem where it is plain that it cannot be done.
    """
    if scheduler is None:
        from grader.classroom.crew import share

        return partial(share, workers=jobs or os.cpu_count() or 1)
    if jobs is not None:
        raise UsageProblem("--jobs is for this machine: a cluster has the workers that joined it.")
    if find_spec("distributed") is None:
        raise UsageProblem("--scheduler needs Dask: pip install 'handgrad[cluster]'")
    return partial(share_over_cluster, scheduler)


def share_over_cluster(
    address: str,
    todo: "list[Attempt]",
    task_of: "Callable[[Attempt], Task]",
    settings: "Settings",
) -> "Generator[Done[Attempt], None, None]":
    """Where there is nothing to do, the cluster need not be there."""
    if not todo:
        return
    from grader.classroom.cluster import check_versions, connected, share_over

    with connected(address) as client:
        check_versions(client)
        if not client.nthreads():
            click.echo(
                f"No worker has joined yet; waiting for one: dask worker {address}", err=True
            )
        yield from share_over(client, todo, task_of, settings)


def write_policy(folder: Path) -> None:
    from grader.classroom.policy import TEMPLATE

    path = folder / "course.toml"
    if not folder.is_dir():
        raise UsageProblem(
            f"{shown(folder)} is not a folder; to write it here: grade class . --init"
        )
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(TEMPLATE)
    except OSError as error:
        there = "; edit it, or delete it for a new one" if path.exists() else ""
        raise UsageProblem(f"{shown(path)}: {os.strerror(error.errno or 0)}{there}.") from None
    click.echo(f"{shown(path)} is written; give it with --policy.")


def read_rules(path: Path | None, exercises: Sequence[str]) -> "Policy":
    """The policy, for the exercises that the call names where it names any."""
    from grader.classroom.policy import Policy, read_policy

    rules = Policy() if path is None else read_policy(path)
    for name in exercises:
        if name not in EXERCISES:
            raise UnknownExercise(name, EXERCISES)
    named = tuple(name for name in EXERCISES if name in (exercises or rules.exercises))
    if not named:
        raise UsageProblem("Say what to grade: --exercise exercise1, or `exercises` in a policy.")
    return replace(rules, exercises=named)


def graded_class(
    finding: "Finding",
    contents: "Contents",
    rules: "Policy",
    policy_path: Path | None,
    output: Output,
    share: "Share",
    db: Path,
    rerun: tuple[str, ...],
    changed: bool,
    trusted: bool,
) -> int:
    """The exit code."""
    from grader.classroom.store import open_store

    output.make_folder()
    with open_store(db) as store:
        store.note_contents(contents.known)
        settings = settings_of(rules, policy_path, store, trusted)
        attempts, unread = with_digests(output.in_order(finding, store))
        store.note_attempts(attempts)
        key = key_of(settings)
        for student in rerun:
            if not any(is_called(student, one.found.student) for one in attempts):
                raise UsageProblem(
                    f"--rerun {one_line(student)}: {why_not_again(student, finding)}"
                )
            store.forget(student, key)
        known = store.known(key) if changed else set()
        todo = list({one.key: one for one in attempts if one.key not in known}.values())
        failed = grade_attempts(todo, settings, store, key, share)
        book = output.write(store, key, rules, [*unread, *failed, *finding.not_placed])
    say_graded(book, len(todo) - len(failed), [*unread, *failed], output.out)
    return GRADER_FAILED if failed else PASSED


def is_called(said: str, student: "Student") -> bool:
    return said in (student.name, student.id)


def why_not_again(said: str, finding: "Finding") -> str:
    for one in finding.not_placed:
        if one.student is not None and is_called(said, one.student):
            return f"nothing of theirs can be graded ({why_not(one)})."
    names = [one.name for one in finding.everybody]
    near = did_you_mean(said, names)
    more = " Names and numbers are those in gradebook.csv." if near == "." else ""
    return f"no such student{near}{more}"


def settings_of(
    rules: "Policy", policy_path: Path | None, store: "Store", trusted: bool
) -> "Settings":
    """The seed is drawn once for a class, and kept: a disputed grade can be graded again."""
    from grader.bench.secret_inputs import LECTURE_SEED, secret_seed
    from grader.classroom.task import Settings
    from grader.course.names import read_names
    from grader.workspace import kit

    names = kit.NAMES
    if rules.names is not None and policy_path is not None:
        names = policy_path.parent / rules.names
    words = read_names(names)
    seed = rules.seed
    if seed is None:
        seed = LECTURE_SEED if trusted else int(store.fact("seed", str(secret_seed())))
    return Settings(words, seed, untrusted=not trusted, **rules.decides())


def key_of(settings: "Settings") -> str:
    """What verdicts depend on besides the files themselves, in short."""
    from importlib.metadata import version

    from grader.classroom.policy import digest_of
    from grader.version import __version__

    return digest_of([__version__, version("torch"), settings.as_json()])


def with_digests(finding: "Finding") -> "tuple[list[Attempt], list[NotGraded]]":
    """Every file read once; what cannot be read by now is named."""
    import hashlib

    from grader.classroom.entries import Entry, Refused
    from grader.classroom.find import NotGraded
    from grader.classroom.store import Attempt

    # By entry: a folder and an archive may give two files one name.
    attempts, unread, known = [], [], dict[Entry, str]()
    for one in finding.found:
        try:
            if one.entry not in known:
                known[one.entry] = hashlib.sha256(one.entry.read()).hexdigest()
            attempts.append(Attempt(one, known[one.entry]))
        except OSError as error:
            why = f"cannot be read ({error.strerror or error})"
            unread.append(NotGraded(one.student, one.exercise, one.entry.name, why))
        except Refused as error:
            unread.append(NotGraded(one.student, one.exercise, one.entry.name, str(error)))
    return attempts, unread


def grade_attempts(
    todo: "list[Attempt]", settings: "Settings", store: "Store", key: str, share: "Share"
) -> "list[NotGraded]":
    """Keep a result of each; those that could not be graded, with the reason."""
    from hashlib import sha256

    from grader.classroom.entries import Refused
    from grader.classroom.find import NotGraded
    from grader.classroom.task import Task
    from grader.cli.class_progress import progress

    def task_of(one: "Attempt") -> Task:
        data = one.found.entry.read()
        if sha256(data).hexdigest() != one.digest:
            raise Refused("it was changed while the class was graded; start again")
        return Task.of(one.found.exercise, one.found.entry.name, data)

    failed = []
    answers = share(todo, task_of, settings)
    with progress(len(todo)) as told, closing(answers):
        for done in answers:
            if "report" in done.answer:
                report = done.answer["report"]
                store.keep(done.of, key, report, done.answer["seconds"])
                told("passed" if report["passed"] else "not yet")
            elif done.answer.get("for_all"):
                raise GraderFailure(done.answer["problem"])
            else:
                one, why = done.of.found, done.answer["problem"]
                failed.append(NotGraded(one.student, one.exercise, one.entry.name, why))
                told("not graded")
    return sorted(failed, key=lambda one: (one.file, one.exercise or ""))


def say_graded(book: "Gradebook", graded: int, failed: "list[NotGraded]", out: Path) -> None:
    for exercise in book.exercises:
        counted = [one for one in book.results if one.exercise == exercise and one.counts]
        passed = sum(one.passed for one in counted)
        unread = sum(one.unread for one in counted)
        more = f" {unread} could not be read or run: results.csv says why." if unread else ""
        click.echo(f"{exercise}: {passed} of {len(counted)} passed.{more}")
    for one in failed:
        click.echo(f"Not graded: {why_not(one)}", err=True)
    click.echo(f"{graded} graded now. The gradebook: {shown(out / 'gradebook.csv')}")
    if (out / "index.html").is_file():
        click.echo(f"The class as a page: {shown(out / 'index.html')}")
