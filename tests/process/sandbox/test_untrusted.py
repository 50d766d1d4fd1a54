"""What --untrusted adds: it refuses, draws, says so; and a report's seed is enough to regrade."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import grader.process.sandbox.layers as table
from grader.bench.secret_inputs import LECTURE_SEED, drawn_sizes, secret_seed
from grader.cli import main
from grader.course import EXERCISES
from grader.course.exercise import load_exercise
from grader.process.sandbox.kernel import Unavailable
from grader.process.sandbox.layers import LAYERS
from grader.report import Report
from grader.syntax.dialect import usual
from grader.version import __version__
from grader.workspace import kit
from tests.grading import grading

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox takes Linux"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of fork, where there are threads
]
WORKED = kit.solution_path("exercise2")


def call(*options: str) -> tuple[int, Any]:
    done = CliRunner().invoke(
        main, ["exercise2", "--submission", str(WORKED), "--untrusted", "--json", *options]
    )
    return done.exit_code, json.loads(done.stdout) if done.stdout else done.stderr


def test_each_run_draws_a_seed_and_says_which() -> None:
    seeds = []
    for _ in range(2):
        status, report = call()
        assert (status, report["passed"], report["environment"]["untrusted"]) == (0, True, True)
        seeds.append(report["environment"]["seed"])
    assert seeds[0] != seeds[1]
    assert LECTURE_SEED not in seeds
    status, again = call("--seed", str(seeds[1]))
    for one in (report, again):
        assert one["audit"].pop("time").endswith("+00:00")
    assert (status, again) == (0, report)


BY_ORDER = """
import torch

class Node:
    pass

def backward(n, logits):
    before = [Node() for _ in range(9)]
    set(before)
    before.reverse()
    del before  # their addresses are used again, the last one's first
    nodes = [Node() for _ in range(9)]
    assert list(set(nodes)) == nodes
    texts = list({"alpha", "beta", "gamma", "delta", "epsilon"})
    by_text = sum(k * len(text) * ord(text[0]) for k, text in enumerate(texts, 1))
    by_node = sum(k * nodes.index(node) for k, node in enumerate(set(nodes), 1))
    dlogits = logits * by_text + by_node * torch.rand(logits.shape)
    return locals()
"""


def test_what_depends_on_the_order_of_sets_and_on_chance_is_graded_again_to_the_bit(
    tmp_path: Path,
) -> None:
    (tmp_path / "answer.py").write_text(BY_ORDER)
    words = ["exercise2", "--submission", "answer.py", "--untrusted", "--seed", "5", "--json"]
    told = [
        subprocess.run(
            [sys.executable, "-P", "-m", "grader", *words], cwd=tmp_path, capture_output=True,
            text=True, check=False, env={**os.environ, "PYTHONHASHSEED": str(at)},
        ).stdout
        for at in range(2)
    ]  # fmt: skip
    one, again = (re.sub('"time": "[^"]*"', "", text) for text in told)
    assert '"verdict": "wrong"' in one
    assert '"error": null' in one  # the set has the order of its nodes
    assert one == again


def test_the_audit_says_what_was_graded_and_how() -> None:
    _, report = call()
    audit = report["audit"]
    digests = {name: audit[name] for name in ("source", "exercise", "names", "dialect")}
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests.values())
    assert audit["source"] == sha256(WORKED.read_bytes()).hexdigest()
    assert audit["dialect"] == usual().digest
    assert audit["dialect"] != usual().widened(builtins=["open"]).digest
    assert (audit["timeout"], audit["clock"], audit["handgrad"]) == (10.0, 120.0, __version__)
    assert audit["sizes"].keys() == load_exercise("exercise2").other_sizes.keys()
    own = json.loads(
        CliRunner().invoke(main, ["exercise2", "--submission", str(WORKED), "--json"]).stdout
    )
    assert own["audit"]["dialect"] is None
    assert own["audit"]["exercise"] != audit["exercise"]  # whose sizes were drawn


def test_the_layers_that_held_are_named() -> None:
    _, report = call()
    held = report["environment"]["sandbox"]
    assert held[:2] == ["child process", "time limit"]
    assert set(held[2:]) >= {layer.name for layer in LAYERS if layer.required}


def test_it_is_refused_where_a_required_layer_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(plan: object) -> None:
        raise Unavailable("this kernel has no Landlock.")

    lacking = tuple(
        replace(layer, apply=unavailable) if layer.name == "landlock" else layer for layer in LAYERS
    )
    monkeypatch.setattr(table, "LAYERS", lacking)
    status, said = call()
    assert status == 3
    assert "--untrusted is refused, for this machine lacks what it requires." in said
    assert "landlock: this kernel has no Landlock." in said
    desk = CliRunner().invoke(main, ["exercise2", "--submission", str(WORKED), "--json"])
    assert desk.exit_code == 0
    assert "landlock" not in json.loads(desk.stdout)["environment"]["sandbox"]


def test_where_no_code_was_run_no_layer_held(grade_text: Callable[..., Report]) -> None:
    assert grade_text("def backward(:\n").environment["sandbox"] == []


def test_sizes_follow_from_the_seed_and_differ_from_one_another() -> None:
    exercise = load_exercise("exercise1")
    drawn = [drawn_sizes(exercise.other_sizes, seed, 27) for seed in range(300)]
    assert drawn == [drawn_sizes(exercise.other_sizes, seed, 27) for seed in range(300)]
    assert len({tuple(sizes.values()) for sizes in drawn}) > 250
    for sizes in drawn:
        fan_in = sizes["n_embd"] * sizes["block_size"]
        assert len({*sizes.values(), fan_in, 27}) == len(sizes) + 2
        assert sizes["n"] > 3


def test_secret_seeds_are_within_what_seed_takes() -> None:
    assert len({secret_seed() for _ in range(100)}) == 100
    assert all(0 <= secret_seed() < 2**62 for _ in range(100))


def test_every_worked_answer_passes_at_drawn_sizes() -> None:
    with grading(untrusted=True) as grade_file:
        for name in (*EXERCISES, "exercise1", "exercise3"):
            seed = secret_seed()
            report = grade_file(name, kit.solution_path(name), seed=seed)
            assert report.passed, (name, seed, report.first_own_error)
