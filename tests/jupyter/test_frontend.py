"""What a front end such as JupyterLab does besides running one cell after the other."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

ENDLESS = """%%grade exercise2 --timeout 600
dlogits = [number for number in iter(int, 1)]"""
SOFTMAX = "dlogits = F.softmax(logits, 1)"
REST = "dlogits[range(n), Yb] -= 1\ndlogits /= n"


class FrontEnd:
    def __init__(self) -> None:
        self.manager, self.client = start_new_kernel(kernel_name="python3")
        self.run("import grader\n%load_ext grader")

    def send(self, source: str, cell: str | None = None) -> str:
        """The number under which it is answered."""
        # A cell here may raise: `logits` is the grader's. The next one is run all the same.
        content = {
            "code": source, "silent": False, "store_history": True, "stop_on_error": False
        }  # fmt: skip
        message = self.client.session.msg("execute_request", content)
        message["metadata"] |= {} if cell is None else {"cellId": cell}
        self.client.shell_channel.send(message)
        number: str = message["header"]["msg_id"]
        return number

    def answer(self, number: str) -> dict[str, Any]:
        """A slow kernel answers late what it was asked when it started."""
        while True:
            reply: dict[str, Any] = self.client.get_shell_msg(timeout=60)
            if reply["parent_header"].get("msg_id") == number:
                content: dict[str, Any] = reply["content"]
                return content

    def run(self, source: str, cell: str | None = None) -> dict[str, Any]:
        return self.answer(self.send(source, cell))

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def front_end() -> Iterator[FrontEnd]:
    opened = FrontEnd()
    yield opened
    opened.close()


def test_a_cell_that_was_fixed_and_run_again_counts_at_its_place(front_end: FrontEnd) -> None:
    for cell, source in (("a", f"{SOFTMAX} * 2"), ("b", REST), ("a", SOFTMAX)):
        front_end.run(source, cell)
    checked = front_end.run("assert grader.check('exercise2').passed", "c")
    assert checked["status"] == "ok", checked


def test_a_second_grading_takes_a_moment(front_end: FrontEnd) -> None:
    front_end.run("grader.check('exercise2')")
    started = time.monotonic()
    front_end.run("grader.check('exercise2')")
    assert time.monotonic() - started < 2


def test_an_interrupt_ends_the_grading_and_the_next_one_works(front_end: FrontEnd) -> None:
    number = front_end.send(ENDLESS)
    time.sleep(1.5)
    started = time.monotonic()
    front_end.manager.interrupt_kernel()
    assert front_end.answer(number)["ename"] == "KeyboardInterrupt"
    assert time.monotonic() - started < 5
    again = front_end.run(
        "from grader.jupyter.grading_process import _running\nassert not _running\n"
        "assert not grader.check('exercise3').passed"
    )
    assert again["status"] == "ok", again
