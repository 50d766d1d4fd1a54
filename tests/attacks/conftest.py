"""Ranges for attacks: all that --untrusted has, the sandbox without the dialect in front of it,
and neither, where they are seen to work."""

from collections.abc import Iterator

import pytest

import grader.process.attempt
import grader.process.sandbox.layers
from grader.process import launcher
from tests.attacks.range import SECRET, Range, open_range

TIMEOUT = 1.0


@pytest.fixture(scope="package")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Range]:
    """The dialect aside, which most attacks do not come past: what is behind it has to hold."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grader.process.attempt, "GRACE", 0.5)
        patch.setattr(launcher, "new_warm_process", launcher._new_interpreter)  # as users have it
        patch.setenv("HANDGRAD_TOKEN", SECRET)
        folder = tmp_path_factory.mktemp("attacks")
        with open_range(folder, untrusted=True, timeout=TIMEOUT) as range_:
            range_.reads_first = False
            yield range_


@pytest.fixture(scope="package")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Range]:
    """As --untrusted is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grader.process.attempt, "GRACE", 0.5)
        patch.setattr(launcher, "new_warm_process", launcher._new_interpreter)
        folder = tmp_path_factory.mktemp("strangers")
        with open_range(folder, untrusted=True, timeout=TIMEOUT) as range_:
            yield range_


@pytest.fixture(scope="package")
def unprotected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Range]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grader.process.sandbox.layers, "LAYERS", ())
        patch.setattr(launcher, "new_warm_process", launcher.forked)  # which has none either
        folder = tmp_path_factory.mktemp("unprotected")
        with open_range(folder, timeout=TIMEOUT) as range_:
            yield range_
