"""A class over a Dask cluster of two worker processes, as docs/cluster.md starts it: what is
written is the same to the byte, whatever becomes of a worker."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from distributed.scheduler import KilledWorker

from grader.classroom import cluster
from grader.classroom.cluster_worker import Grading, difference, versions_here, versions_in
from grader.classroom.task import Settings, Task
from grader.cli import classroom, main
from grader.errors import GraderFailure, UsageProblem
from tests.classroom.test_class import WORKED, has_kept, processes_of, until
from tests.test_readme import BLOCK, calls, pattern

DOC = (Path(__file__).parent.parent.parent / "docs" / "cluster.md").read_text(encoding="utf-8")
SLOW = WORKED.replace("    dlogits /= n", "    for _ in range(1_000_000): pass\n    dlogits /= n")
ADDRESS = re.compile(r"(tcp|tls)://[\w.]+:\d+|--port \d+")
SOURCES = {
    "ann": WORKED.replace("/= n", "/= 32"),
    "bob": "import os\ndef backward(logits):\n    os._exit(0)\n",
    "eve": "def backward(:\n",
    "=mallory": WORKED.replace("dlogits /= n", "dlogits = dlogits.exp() / n"),
} | {f"slow{number}": SLOW for number in range(8)}
FORMATS = ("canvas", "nbgrader", "junit", "json-report", "gradescope", "prairielearn", "otter")


def commands(section: str) -> list[str]:
    """The calls that a section of the page shows."""
    text = DOC[DOC.index(f"## {section}\n") :].split("\n## ")[0]
    return re.findall(r"^\$ (.+)$", text, re.MULTILINE)


@contextmanager
def running(dasks: list[str], folder: Path, port: int, **environment: str) -> Iterator[None]:
    """Each `dask ...` of the page, until the end."""
    with ExitStack() as stack:
        log = stack.enter_context((folder / "dask.log").open("w"))
        for call in dasks:
            words = shlex.split(ADDRESS.sub(partial(_at, port), call))
            assert words.pop(0) == "dask"
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "dask", *words], cwd=folder, stdout=log, stderr=log,
                    env=os.environ | environment, start_new_session=True,
                )
            )  # fmt: skip
            stack.callback(os.killpg, process.pid, signal.SIGKILL)
        yield


def _at(port: int, address: re.Match[str]) -> str:
    return re.sub(r"\d+$", str(port), address[0])


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port, folder = free_port(), tmp_path_factory.mktemp("cluster")
    dasks = [call for call in commands("On one machine") if call.startswith("dask ")]
    assert len(dasks) == 2
    with running(dasks, folder, port):
        yield f"tcp://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("class") / "handed in"
    for name, source in SOURCES.items():
        (root / name).mkdir(parents=True)
        (root / name / "exercise2.py").write_text(source)
    (root / "course.toml").write_text("seed = 20\n")
    return root


def call(folder: Path, out: Path, *options: str) -> list[str]:
    formats = [f"--format={name}={out / name}" for name in FORMATS]
    words = ["--exercise", "exercise2", "--policy", str(folder / "course.toml"), *formats]
    return [sys.executable, "-m", "grader", "class", str(folder), "--out", str(out), *words,
            *options]  # fmt: skip


def written(out: Path) -> dict[str, bytes]:
    """All but the database; of the class's page not how long it took."""
    files = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    found = {name: path.read_bytes() for name, path in files.items() if "class.db" not in name}
    found["index.html"] = re.sub(rb"The grader spent .* on it", b"", found["index.html"])
    return found


@pytest.fixture(scope="module")
def on_this_machine(folder: Path) -> Mapping[str, bytes]:
    out = folder.parent / "here"
    subprocess.run(call(folder, out), check=True, capture_output=True)
    return written(out)


def test_a_cluster_writes_the_same_though_it_is_stopped_and_a_worker_is_killed(
    folder: Path, scheduler: str, on_this_machine: Mapping[str, bytes]
) -> None:
    out = folder.parent / "out"
    words = call(folder, out, "--scheduler", scheduler)
    with started(words) as process:
        until(partial(has_kept, folder, 1), 60.0)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert said == "Stopped. What was graded is kept: the same call continues.\n"
    before = workers_of(scheduler)
    assert len(before) == 2
    until(lambda: not any(grading_processes(pid) for pid in before), 10.0)  # for nobody any more
    assert not has_kept(folder, len(SOURCES))
    with started(words) as process:
        until(lambda: any(grading_processes(pid) for pid in before), 60.0)
        victim = next(pid for pid in before if any(grading_processes(pid)))
        assert len(grading_processes(victim)) == 1  # which imports torch once
        os.kill(victim, signal.SIGKILL)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert victim not in workers_of(scheduler)
    assert written(out) == on_this_machine


def started(words: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        words, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip


def workers_of(scheduler: str) -> list[int]:
    """Their pids."""
    with cluster.connected(scheduler) as client:
        found: dict[str, int] = client.run(os.getpid)
        return sorted(found.values())


def grading_processes(worker: int) -> list[int]:
    def command(pid: int) -> bytes:
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:  # it has ended meanwhile
            return b""

    return [pid for pid in processes_of(worker) if b"grader.classroom.worker" in command(pid)]


def test_the_pages_call_prints_what_it_shows_and_needs_no_cluster_for_what_is_known(
    scheduler: str, tmp_path: Path
) -> None:
    for name, source in {"ada": WORKED, "grace": WORKED.replace("/= n", "/= 32")}.items():
        (tmp_path / "week2" / name).mkdir(parents=True)
        (tmp_path / "week2" / name / "exercise2.py").write_text(source)
    console = "".join(block for language, block in BLOCK.findall(DOC) if language == "console")
    shown = dict(calls(console))
    (command,) = (one.strip() for one in shown if one.startswith("grade class"))
    as_shown = pattern(shown[f"{command}\n"].replace("exercise1", "exercise2"))
    words = [sys.executable, "-m", "grader", *shlex.split(command)[1:-1]]
    words[words.index("exercise1")] = "exercise2"
    for address, expected in ((scheduler, "2 graded now."), ("tcp://127.0.0.1:1", "0 graded now.")):
        ended = subprocess.run([*words, address], cwd=tmp_path, capture_output=True, text=True)
        assert expected in ended.stdout, ended.stderr
        assert as_shown.fullmatch(ended.stdout.replace("0 graded", "2 graded"))


def test_without_a_scheduler_no_dask_is_imported(tmp_path: Path) -> None:
    listed = """
import sys
from grader.__main__ import main
try:
    main()
finally:
    print(sorted(name for name in sys.modules if name.partition(".")[0] in ("dask", "distributed")))
"""
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "exercise2.py").write_text(WORKED)
    words = ["class", str(tmp_path), "--exercise", "exercise2", "--out", str(tmp_path / "out")]
    ended = subprocess.run([sys.executable, "-c", listed, *words], capture_output=True, text=True)
    assert "1 graded now." in ended.stdout
    assert ended.stdout.splitlines()[-1] == "[]", ended.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("tcp://127.0.0.1:1",),
            "--scheduler tcp://127.0.0.1:1: no scheduler answers there. Start",
        ),
        (("http://x",), "--scheduler http://x: write tcp://HOST:8786 or tls://HOST:8786"),
        (("tcp://x:y",), "--scheduler tcp://x:y: write tcp://HOST:8786 or tls://HOST:8786"),
        (("tls://127.0.0.1:1",), "Dask's configuration has no certificates: docs/cluster.md"),
        (("tcp://127.0.0.1:1", "--jobs", "2"), "--jobs is for this machine"),
    ],
)
def test_a_scheduler_that_cannot_be_used_is_one_sentence(
    options: tuple[str, ...], said: str, folder: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(cluster, "CONNECTING", 0.5)
    ended = CliRunner().invoke(main, [*call(folder, tmp_path / "out", "--scheduler")[3:], *options])
    assert ended.exit_code == 2
    (error,) = [line for line in ended.output.splitlines() if line.startswith("Error")]
    assert said in error


def answers_of(future: Any) -> list[Any]:
    sharing, batch = cluster._Sharing[str](None, "x"), cluster._Batch(["ann", "bob"])
    return list(sharing._answers_of(future, batch))


def failed(error: Exception) -> SimpleNamespace:
    return SimpleNamespace(status="error", exception=lambda: error)


def test_a_batch_that_every_worker_dies_of_is_given_up_and_named() -> None:
    killed = failed(KilledWorker("task", SimpleNamespace(address="tcp://1.2.3.4:5"), 3))
    said = "every worker that graded its batch ended (tcp://1.2.3.4:5)"
    assert answers_of(killed) == [{"problem": said}] * 2


def test_what_ends_the_cluster_ends_the_run_with_a_sentence() -> None:
    with pytest.raises(GraderFailure, match=r"The scheduler has gone\. What was graded is kept"):
        answers_of(SimpleNamespace(status="cancelled"))
    with pytest.raises(GraderFailure, match=r"The cluster failed: no\\nroom"):
        answers_of(failed(RuntimeError("no\nroom")))


def test_without_dask_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classroom, "find_spec", lambda name: None)
    with pytest.raises(UsageProblem, match=r"pip install 'handgrad\[cluster\]'"):
        classroom.sharing(None, "tcp://127.0.0.1:1")


HERE = {"handgrad": "0.1.0", "torch": "2.13.0", "distributed": "2026.8.0", "python": "3.11"}


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ({}, None),
        ({"torch": "2.13.0+cpu", "python": "3.11.2.final.0"}, None),
        ({"torch": "2.12.0"}, "it has torch 2.12.0, and this is 2.13.0. Install the same."),
        ({"python": "3.12.1.final.0"}, "it has python 3.12, and this is 3.11. Install the same."),
        ({"handgrad": None}, "handgrad is not installed there. Install handgrad==0.1.0"),
        ({"handgrad": "0.2.0"}, "it has handgrad 0.2.0, and this is 0.1.0."),
        ({"distributed": "2025.1.0"}, "it has distributed 2025.1.0"),
    ],
)
def test_other_versions_are_refused(there: dict[str, str | None], said: str | None) -> None:
    packages = HERE | {"python": "3.11.7.final.0"}
    found = {
        "client": {"packages": packages},
        "workers": {"tcp://1.2.3.4:5": {"packages": packages | there}},
    }
    client: Any = SimpleNamespace(get_versions=lambda packages: found)
    if said is None:
        cluster.check_versions(client)
        return
    with pytest.raises(UsageProblem) as refused:
        cluster.check_versions(client)
    assert str(refused.value).startswith(f"Worker tcp://1.2.3.4:5: {said}")


def test_a_worker_that_joins_later_with_other_versions_grades_nothing() -> None:
    grading = Grading(Settings((), 0, False, 1.0, True))
    grading.setup(SimpleNamespace(address="tcp://1.2.3.4:5"))
    assert grading.graded([]) == []
    grading._versions = versions_here() | {"torch": "1.0"}
    (answer,) = grading.graded([Task.of("exercise2", "x.py", b"").as_json()])
    assert answer["for_all"]
    assert answer["problem"].startswith("tcp://1.2.3.4:5: it has torch ")
    assert difference(versions_here(), versions_in(versions_here())) is None


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes the certificate, as on the page")
def test_tls_is_dasks_own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "week2" / "ann").mkdir(parents=True)
    (tmp_path / "week2" / "ann" / "exercise2.py").write_text(WORKED)
    grade = [sys.executable, "-m", "grader", "class", str(tmp_path / "week2"), "--exercise"]
    words = [*grade, "exercise2", "--out", str(tmp_path / "out"), "--scheduler"]
    without = [*grade, "exercise2", "--out", str(tmp_path / "never"), "--scheduler"]
    openssl, *dasks = commands("TLS")
    assert openssl.startswith("openssl ") and len(dasks) == 2
    subprocess.run(shlex.split(openssl), cwd=tmp_path, check=True, capture_output=True)
    (block,) = re.findall(r"```yaml\n(.*?)```", DOC, re.DOTALL)
    (tmp_path / "dask.yaml").write_text(block.replace("/home/ann/cluster", str(tmp_path)))
    configured, port = {"DASK_CONFIG": str(tmp_path / "dask.yaml")}, free_port()
    address = f"tls://127.0.0.1:{port}"
    with running(dasks, tmp_path, port, **configured):
        secret = os.environ | configured
        ended = subprocess.run([*words, address], env=secret, capture_output=True, text=True)
        assert "1 graded now." in ended.stdout, ended.stderr
        plain = [*without, f"tcp://127.0.0.1:{port}"]
        refused = subprocess.run(plain, env=secret, capture_output=True, text=True)
        assert "Dask's configuration asks for TLS: tls://HOST:8786" in refused.stderr
        monkeypatch.setattr(cluster, "CONNECTING", 2.0)
        with pytest.raises(UsageProblem, match="no scheduler answers there"):
            cluster.connected(f"tcp://127.0.0.1:{port}").__enter__()
    (tmp_path / "cert.pem").unlink()
    refused = subprocess.run([*without, address], env=secret, capture_output=True, text=True)
    assert "a certificate in Dask's configuration cannot be read" in refused.stderr
