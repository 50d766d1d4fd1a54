"""What Gradescope and GitHub are given, run as they would run it, in clean folders."""

import base64
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from grader.classroom import package
from grader.cli import main
from tests.classroom.formats import schemas
from tests.worked import worked

ROOT = Path(__file__).parent.parent.parent.parent
POLICY = "exercises = ['exercise2']\n[points]\nwhole = 2.0\n"


def grade(*arguments: str) -> str:
    done = CliRunner().invoke(main, ("package", *arguments))
    assert done.exit_code == 0, done.output
    return done.output


def bash(script: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """In an environment of its own, as a container has it."""
    return subprocess.run(
        ["bash", "-eo", "pipefail", str(script)], cwd=script.parent, check=False, text=True,
        capture_output=True, env={"PATH": os.environ["PATH"], "HOME": "/nowhere"} | environment,
    )  # fmt: skip


def laid_out(autograder: Path, archive: Path, submission: dict[str, str]) -> None:
    """As Gradescope does, but for what setup.sh would install: that is here already."""
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(autograder / "source")
    shutil.copy(autograder / "source" / "run_autograder", autograder)
    for name, text in submission.items():
        (autograder / "submission" / name).parent.mkdir(parents=True, exist_ok=True)
        (autograder / "submission" / name).write_text(text)
    (autograder / "results").mkdir()
    done = bash(
        autograder / "source" / "setup.sh", AUTOGRADER_ROOT=str(autograder), SKIP_INSTALL="1",
        PYTHON=sys.executable,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (packages,) = (autograder / "venv").glob("lib/python*/site-packages")
    others = packages / "zz_what_pip_would_have_installed.pth"  # after the kit's own
    others.write_text(sysconfig.get_path("purelib") + "\n")


@pytest.mark.slow
def test_gradescopes_zip_grades_where_it_is_laid_out(tmp_path: Path) -> None:
    policy, archive = tmp_path / "course.toml", tmp_path / "autograder.zip"
    policy.write_text(POLICY)
    grade("gradescope", str(archive), "--policy", str(policy))
    autograder = tmp_path / "autograder"
    laid_out(
        autograder,
        archive,
        {"deep/er/exercise2.py": worked("exercise2"), "deep/notes.txt": "x", "top/other.txt": "y"},
    )
    found = autograder / "results" / "results.json"
    done = bash(autograder / "run_autograder", AUTOGRADER_ROOT=str(autograder))
    assert done.returncode == 0, done.stderr
    document = json.loads(found.read_text())
    Draft202012Validator(schemas.GRADESCOPE).validate(document)
    assert document["score"] == 3.0 and document["output"] == "3 of 3 points, passed."
    (autograder / "submission" / "deep" / "er" / "exercise2.py").write_text("def backward(:\n")
    done = bash(autograder / "run_autograder", AUTOGRADER_ROOT=str(autograder))
    assert done.returncode == 0, done.stderr
    assert json.loads(found.read_text())["score"] == 0.0
    # Where the grader itself cannot work, there is no result, and nobody gets 0 points for it.
    found.unlink()
    (autograder / "source" / "site" / "grader" / "_kit" / "data" / "names.txt").unlink()
    done = bash(autograder / "run_autograder", AUTOGRADER_ROOT=str(autograder))
    assert done.returncode != 0 and not found.exists()


def test_the_zip_has_what_a_wheel_would_and_is_the_same_each_time(tmp_path: Path) -> None:
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    for path in (one, two):
        grade("gradescope", str(path), "--exercise", "exercise1")
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        for script in ("setup.sh", "run_autograder"):
            assert entries[script].external_attr >> 16 & 0o111 == 0o111
            assert archive.read(script).startswith(b"#!/usr/bin/env bash\n")
        needed = archive.read("requirements.txt").decode()
    assert "course.toml" not in entries
    kept = {name.removeprefix("site/") for name in entries if name.startswith("site/")}
    for path in (ROOT / "grader").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert path.relative_to(ROOT).as_posix() in kept
    for part in ("data/names.txt", "solutions/exercise1.py", "exercises/exercise1.py"):
        assert f"grader/_kit/{part}" in kept
    assert all("==" in line and "+" not in line for line in needed.splitlines())
    assert {line.split("==")[0] for line in needed.splitlines()} >= {"torch", "jinja2", "pygal"}


def test_a_policys_names_go_into_the_zip(tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_text('exercises = ["exercise1"]\nnames = "words.txt"\n')
    (tmp_path / "words.txt").write_text("emma\n")
    grade("gradescope", str(tmp_path / "a.zip"), "--policy", str(tmp_path / "course.toml"))
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.read("words.txt") == b"emma\n"
    (tmp_path / "course.toml").write_text('exercises = ["exercise1"]\nnames = "../words.txt"\n')
    done = CliRunner().invoke(
        main,
        [
            "package",
            "gradescope",
            str(tmp_path / "b.zip"),
            "--policy",
            str(tmp_path / "course.toml"),
        ],
    )
    assert done.exit_code == 2 and "put it beside course.toml" in done.output
    assert not (tmp_path / "b.zip").exists()


def test_the_workflow_is_yaml_as_github_has_it() -> None:
    text = package.github(
        ["exercise1", "exercise2"], Path("course.toml"), "handgrad @ git+https://x"
    )
    workflow = yaml.safe_load(text)
    assert workflow["on"] == ["push", "workflow_dispatch"]
    assert workflow["permissions"] == {"checks": "write", "actions": "read", "contents": "read"}
    (job,) = workflow["jobs"].values()
    *_, install, grading, reporting = job["steps"]
    assert install["run"] == "python -m pip install -q 'handgrad @ git+https://x'"
    assert "--exercise exercise2" in grading["run"] and "--policy course.toml" in grading["run"]
    runner = reporting["with"]["runners"]
    assert grading["id"] == runner
    assert reporting["env"] == {
        f"{runner.upper()}_RESULTS": f"${{{{ steps.{runner}.outputs.result }}}}"
    }


@pytest.mark.slow
def test_the_workflow_grades_and_hands_its_result_to_the_reporter(tmp_path: Path) -> None:
    workflow = yaml.safe_load(package.github(["exercise2"], None, None))
    (grading,) = (step for step in workflow["jobs"]["run-autograding-tests"]["steps"]
                  if step.get("id") == "handgrad")  # fmt: skip
    script, output = tmp_path / "step.sh", tmp_path / "output"
    script.write_text(grading["run"])
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "exercise2.py").write_text(worked("exercise2"))
    (tmp_path / "names.py").write_text("x = 1\n")
    here = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = bash(script, GITHUB_OUTPUT=str(output), PATH=here)
    assert done.returncode == 0, done.stderr
    name, _, value = output.read_text().strip().partition("=")
    assert name == "result" and "\n" not in value
    document = json.loads(base64.b64decode(value))
    Draft202012Validator(schemas.AUTOGRADING).validate(document)
    assert document["status"] == "pass" and document["max_score"] == 1.0
