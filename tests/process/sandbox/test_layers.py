"""Every layer holds on Linux; one that does not is noticed, told, and refused where required."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

import grader.process.sandbox.layers as table
from grader.cli import main
from grader.errors import GraderFailure
from grader.process.bootstrap import require_all
from grader.process.sandbox import namespaces
from grader.process.sandbox.kernel import PR_SET_DUMPABLE, Unavailable, prctl
from grader.process.sandbox.layers import LAYERS, Layer, Outcome, missing
from grader.process.sandbox.plan import Plan
from grader.process.sandbox.probe import probe

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox takes Linux")

CHECKED = [layer.name for layer in LAYERS if layer.check is not None]
INHERENT = ("no capabilities", "process group")  # may hold without the layer's doing


def with_layer(name: str, change: Callable[[Layer], Layer]) -> tuple[Layer, ...]:
    return tuple(change(layer) if layer.name == name else layer for layer in LAYERS)


def unavailable(plan: Plan) -> None:
    raise Unavailable("it is switched off.")


def test_all_that_is_required_holds_here() -> None:
    assert missing(probe()) == ()


def test_probing_changes_nothing_of_the_caller() -> None:
    def own() -> tuple[object, ...]:
        mounts = Path("/proc/self/mountinfo").read_text()
        limits = Path("/proc/self/limits").read_text()
        descriptors = len(list(Path("/proc/self/fd").iterdir()))
        return dict(os.environ), Path.cwd(), os.getpgrp(), mounts, limits, descriptors

    before = own()
    probe()
    assert own() == before


@pytest.mark.parametrize("name", [name for name in CHECKED if name not in INHERENT])
def test_a_layer_that_does_nothing_is_found_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(plan: Plan) -> None:
        return

    monkeypatch.setattr(table, "LAYERS", with_layer(name, lambda it: replace(it, apply=nothing)))
    monkeypatch.setenv("SOMETHING", "to be forgotten")
    prctl(PR_SET_DUMPABLE, 1)  # a test before this one may have closed it
    spare = os.open(os.devnull, os.O_RDONLY)
    outcomes = {outcome.name: outcome for outcome in probe()}
    os.close(spare)
    assert not outcomes[name].holds


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_a_layer_that_fails_is_refused_where_it_is_required(
    layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = with_layer(layer.name, lambda it: replace(it, apply=unavailable))
    monkeypatch.setattr(table, "LAYERS", lacking)
    done = CliRunner().invoke(main, ["doctor"])
    assert "it is switched off." in done.output
    assert done.exit_code == (3 if layer.required else 0)
    if layer.required:
        assert f"--untrusted is refused ({layer.name}" in " ".join(done.output.split())
        with pytest.raises(GraderFailure, match=rf"{layer.name}: it is switched off\."):
            require_all(probe())
    else:
        require_all(probe())


def test_without_namespaces_nothing_is_mounted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Root could: on the machine's own /dev/shm, for everyone."""
    lacking = with_layer("namespaces", lambda it: replace(it, apply=unavailable))
    monkeypatch.setattr(table, "LAYERS", lacking)
    before = Path("/proc/self/mountinfo").read_text()
    outcomes = {outcome.name: outcome for outcome in probe()}
    assert outcomes["private folder"].problem == "it takes namespaces of its own."
    assert Path("/proc/self/mountinfo").read_text() == before
    with pytest.raises(Unavailable):
        in_a_child(lambda: namespaces.make_private_folder(Plan(1, 0, 3)))


def in_a_child(action: Callable[[], None]) -> None:
    pid = os.fork()
    if pid == 0:
        try:
            action()
        except Unavailable:
            os._exit(9)
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.waitstatus_to_exitcode(status) == 9:
        raise Unavailable


def test_the_doctor_has_a_line_for_each_layer_and_loads_no_torch() -> None:
    code = (
        "import sys; sys.argv[1:] = ['doctor']\nfrom grader.cli import main\n"
        "try:\n    main()\nfinally:\n    assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    layers, end = done.stdout.split("\n\n")
    heads = [line for line in layers.splitlines() if not line.startswith(" ")]
    assert [line[:22].rstrip() for line in heads] == [it.name for it in LAYERS]
    assert end == "All that --untrusted requires works here.\n"


@pytest.mark.parametrize("columns", ["50", "80"])
def test_what_a_layer_keeps_is_wrapped_to_the_screen(columns: str) -> None:
    done = CliRunner(env={"COLUMNS": columns}).invoke(main, ["doctor"])
    assert max(map(len, done.stdout.splitlines())) <= int(columns)
    words = " ".join(done.stdout.split())
    assert all(f"required {it.keeps}" in words for it in LAYERS if it.required)


def test_what_a_probe_cannot_tell_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    def ends(plan: Plan) -> None:
        os._exit(5)

    monkeypatch.setattr(table, "LAYERS", with_layer("seccomp", lambda it: replace(it, apply=ends)))
    outcomes = probe()
    assert len(outcomes) == len(LAYERS)
    assert {outcome.problem for outcome in outcomes} == {"the process that tried it ended (5)"}
    assert all(isinstance(outcome, Outcome) for outcome in missing(outcomes))
