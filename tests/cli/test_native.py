"""Under --native a second process settles which gradients are the kernels' doing."""

import ast
from pathlib import Path

import pytest

import grader
from grader.cli.grading import Call, note_native_kernels
from grader.report import GradientReport, Report
from grader.workspace import kit

PACKAGE = Path(grader.__file__).parent


def approximate(exercise: str) -> Report:
    """As if only this machine's kernels made the worked answer inexact."""
    inexact = GradientReport(
        "logprobs", "approximate", False, True, 1e-9, (32, 27), (32, 27), 1, None
    )
    path = str(kit.solution_path(exercise))
    return Report(exercise, path, False, {"cpu_capability": "AVX2"}, (inexact,))


def test_a_grader_in_the_working_directory_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mark = tmp_path / "imported"
    (tmp_path / "grader").mkdir()
    for name in ("__init__", "__main__"):
        (tmp_path / "grader" / f"{name}.py").write_text(f"open({str(mark)!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    call = Call(kit.NAMES, None, None, None, 2147483647, True, False, 30.0, False, False)
    note_native_kernels(approximate("exercise1"), call)
    assert not mark.exists()
    assert "kernels (AVX2) are the cause: dlogprobs.\n" in capsys.readouterr().out


def test_every_python_that_the_grader_starts_has_a_safe_path() -> None:
    """-P: the working directory, which may hold anybody's files, is not imported from."""
    starts = [
        (path.relative_to(PACKAGE).as_posix(), node.elts)
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.List | ast.Tuple)
        and any(ast.unparse(element) == "sys.executable" for element in node.elts)
    ]
    assert len(starts) >= 4
    for where, (_, second, *_) in starts:
        assert ast.unparse(second) == "'-P'", where


def test_no_other_use_of_the_interpreter_escapes_that_check() -> None:
    """`sys.executable` stands in such a list, or only names a folder or what to start."""
    uses = [
        ast.unparse(node)
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and any(ast.unparse(argument) == "sys.executable" for argument in node.args)
    ]
    assert sorted(uses) == [
        "Path(sys.executable)",
        "os.execve(sys.executable, command, environment)",
        "os.posix_spawn(sys.executable, command, _environment())",
    ]
