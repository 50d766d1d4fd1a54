"""What a run of `grade class` writes, and what is refused before anything is graded."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import main
from grader.errors import shown
from tests.worked import worked


def grade_class(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["class", *map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("class")
    for name in ("ada_lovelace", "grace_hopper"):
        (folder / "all" / name).mkdir(parents=True)
        (folder / "all" / name / "exercise2.py").write_text(worked("exercise2"))
    (folder / "all" / "grace_hopper" / "exercise2.py").write_text("def backward(:\n")
    return folder


def test_a_run_writes_tables_pages_and_formats(folder: Path) -> None:
    out, export = folder / "out", folder / "Canvas.csv"
    export.write_text("Student,ID,exercise2 (1)\nAda Lovelace,1,\nEve,2,\n")
    done = grade_class(
        folder / "all", "--exercise", "exercise2", "--out", out, "--jobs", "1", "--fill", export,
        "--format", f"junit={out / 'class.xml'}", "--format", f"gradescope={out / 'gradescope'}",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    written = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert written >= {
        "gradebook.csv", "results.csv", "index.html", "students/ada_lovelace.html",
        "students/grace_hopper.html", "class.xml", "gradescope/ada_lovelace.json", "Canvas.csv",
    }  # fmt: skip
    assert "1 of 2 passed. 1 could not be read or run: results.csv says why." in done.output
    results = list(csv.DictReader((out / "results.csv").read_text().splitlines()))
    assert [(row["first error"], bool(row["error"])) for row in results] == [
        ("", False),
        ("", True),
    ]
    assert "Canvas.csv: 1 filled." in done.output
    assert "Not in that table: 1 (grace_hopper)." in done.output
    assert "index.html" in done.output
    rows = list(csv.reader((out / "Canvas.csv").read_text().splitlines()))
    assert rows == [
        ["Student", "ID", "exercise2 (1)"],
        ["Ada Lovelace", "1", "1"],
        ["Eve", "2", ""],
    ]


def test_an_anonymous_run_names_nobody(folder: Path) -> None:
    out = folder / "out"  # of the run before: what it knows is not graded again, its pages go
    done = grade_class(
        folder / "all", "--exercise", "exercise2", "--out", folder / "secret", "--db",
        out / "class.db", "--anonymous", "--jobs", "1",
        "--format", f"junit={folder / 'secret' / 'class.xml'}",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    for path in (folder / "secret").rglob("*"):
        if path.is_file() and path.name != "who-is-who.csv":
            assert not {"ada", "grace"} & set(path.read_text().casefold().replace("_", " ").split())
            assert "ada_" not in path.read_text() and "grace" not in path.name
    assert "ada_lovelace" in (folder / "secret" / "who-is-who.csv").read_text()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--format", "junits=x"), "--format junits: no such format; did you mean junit?"),
        (
            ("--format", "moodle=x"),
            "--format moodle: Moodle takes its own grading worksheet: --fill",
        ),
        (("--format", "junit"), "--format junit: say where: junit=FILE"),
        (("--fill", "none.csv"), "none.csv: No such file or directory."),
        (("--fill", "none.csv", "--anonymous"), "--fill goes by names and numbers"),
    ],
)
def test_what_cannot_be_written_is_said_first(
    options: tuple[str, ...], said: str, folder: Path
) -> None:
    out = folder / "never"
    done = grade_class(folder / "all", "--exercise", "exercise2", "--out", out, *options)
    assert done.exit_code == 2
    assert said in done.output
    assert not out.exists()


def test_what_cannot_be_opened_leaves_the_last_gradebook_alone(folder: Path) -> None:
    """A slip in the name of a folder is not a class of nobody."""
    (folder / "half.zip").write_bytes(b"PK\3\4 and no more")
    (folder / "kept").mkdir()
    (folder / "kept" / "gradebook.csv").write_text("of the last run")
    options = ("--exercise", "exercise2", "--out", folder / "kept", "--jobs", "1")
    for name, said in (
        ("al", "No such file or directory."),
        ("half.zip", "neither a folder nor a whole zip; export it again."),
        (
            "all/grace_hopper/exercise2.py",
            "one file; grade it alone: grade EXERCISE --submission FILE.",
        ),
    ):
        done = grade_class(folder / name, *options)
        assert done.exit_code == 2
        assert done.output == f"Error: {shown(folder / name)}: {said}\n"
    (folder / "all" / "eve_1_2_x.pdf").write_text("no code")
    for student, said in (
        ("Ada", "no such student. Names and numbers are those in gradebook.csv."),
        ("Grace_Hopper", "no such student; did you mean grace_hopper?"),
        ("eve", "nothing of theirs can be graded (eve_1_2_x.pdf: neither a .py nor an .ipynb)."),
    ):
        done = grade_class(folder / "all", *options, "--rerun", student)
        assert f"Error: --rerun {student}: {said}\n" in done.output
    assert (folder / "kept" / "gradebook.csv").read_text() == "of the last run"
    done = grade_class(folder / "half.zip", "--init")
    assert "half.zip is not a folder; to write it here: grade class . --init" in done.output


def test_a_class_of_nobody_has_a_page(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = grade_class(
        tmp_path / "empty", "--exercise", "exercise2", "--out", tmp_path / "out",
        "--format", f"gradescope={tmp_path / 'results.json'}",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "Nobody handed it in." in (tmp_path / "out" / "index.html").read_text()
    assert "Nothing was handed in" in (tmp_path / "results.json").read_text()


def test_one_file_is_said_as_one(tmp_path: Path) -> None:
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "exercise2.py").write_text("pass")
    said = grade_class(tmp_path, "--exercise", "exercise2", "--dry-run").output
    assert said.startswith("1 file of 1 student (exercise2: 1).\n")
    assert "All are taken" not in said


def test_a_class_that_is_taken_for_one_student_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "week 2").mkdir()
    for name in ("ann", "ben"):
        (tmp_path / "week 2" / f"{name} exercise2.py").write_text("pass")
    call = ("--exercise", "exercise2", "--dry-run")
    said = grade_class(tmp_path, *call).output
    assert "All are taken for the attempts of one student, week 2." in said
    assert "All are taken" not in grade_class(tmp_path / "week 2", *call).output


@pytest.mark.parametrize("out", ["marks", "."])
def test_what_was_written_among_the_submissions_is_nobodys(
    out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ann").mkdir()
    Path("ann", "exercise2.py").write_text("def backward(:\n")
    Path("course.toml").write_text('exercises = ["exercise2"]\n')
    call = (".", "--policy", "course.toml", "--out", out, "--jobs", "1", "--format", "canvas=c.csv")
    for _ in range(2):
        done = grade_class(*call)
        assert done.exit_code == 0, done.output
        assert done.output.startswith("1 file of 1 student (exercise2: 1).\nexercise2: 0 of 1")
