"""An endless loop that is being graded can be interrupted, as any cell can."""

import time

from jupyter_client.manager import start_new_kernel

ENDLESS = """%%grade exercise2 --timeout 600
dlogits = [number for number in iter(int, 1)]"""


def test_an_interrupt_ends_the_grading_and_the_next_one_works() -> None:
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        replies = []
        client.execute_interactive("%load_ext grader\nimport grader", timeout=60)
        client.execute_interactive("grader.check('exercise2').passed", timeout=60)  # it is warm
        client.execute(ENDLESS)
        time.sleep(1.5)
        started = time.monotonic()
        manager.interrupt_kernel()
        for _ in range(3):
            replies.append(client.get_shell_msg(timeout=30)["content"])
            if replies[-1]["status"] == "error":
                break
        assert replies[-1]["ename"] == "KeyboardInterrupt"
        assert time.monotonic() - started < 5
        again = client.execute_interactive(
            "from grader.jupyter.grading_process import _running\nassert not _running\n"
            "report = grader.check('exercise3')\nassert not report.passed",
            timeout=60,
        )
        assert again["content"]["status"] == "ok", again["content"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
