"""The pages as a browser lays them out: nothing is wider than the window, whatever it is."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from grader.classroom.find import Student
from tests.classroom.pages.test_pages import pages
from tests.classroom.reports import graded, missing, report, unread, wrong

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
# A page that shows another, and says of its elements which reach out of the window.
FRAME = """
<body><script>
addEventListener("load", () => {
  const found = [...document.querySelectorAll("iframe")].map(frame => {
    const page = frame.contentDocument, width = page.documentElement.clientWidth;
    const scrolls = element => element.closest(".wide") !== null || element.closest("pre") !== null;
    const out = [...page.querySelectorAll("body *")]
      .filter(element => element.getBoundingClientRect().right > width + 1 && !scrolls(element))
      .map(element => element.tagName + ": " + element.textContent.slice(0, 40));
    return {width, out, scrolled: page.documentElement.scrollWidth, dark:
      frame.contentWindow.getComputedStyle(page.body).backgroundColor};
  });
  document.body.innerHTML = "<pre>FOUND" + JSON.stringify(found) + "DNUOF</pre>";
});
</script>
"""
LONG = "Ines-Maria-Fernández-de-la-Cruz-y-Montenegro_of_the_second_group"


def laid_out(folder: Path, names: list[str], dark: bool) -> list[dict[str, object]]:
    frames = "".join(
        f'<iframe src="{name}" style="width:{width}px;height:900px"></iframe>'
        for name in names
        for width in (390, 1440)
    )
    (folder / "frame.html").write_text(FRAME + frames, encoding="utf-8")
    done = subprocess.run(
        [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
         f"--blink-settings=preferredColorScheme={0 if dark else 1}", "--dump-dom",
         f"--user-data-dir={folder / 'browser'}", (folder / "frame.html").as_uri()],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    (found,) = re.findall(r"FOUND(.*)DNUOF</pre>", done.stdout, re.DOTALL)
    frames_found: list[dict[str, object]] = json.loads(found.replace("&amp;", "&"))
    return frames_found


@pytest.mark.slow
@pytest.mark.skipif(not BROWSER, reason="there is no Chromium here")
@pytest.mark.parametrize(("students", "dark"), [(3, True), (40, False), (400, False)])
def test_pages_fit_a_phone_and_a_desk_light_and_dark(
    students: int, dark: bool, tmp_path: Path
) -> None:
    kinds = [
        report("exercise1"),
        report("exercise1", wrong("probs", "wrong-factor"), missing("C")),
        report("exercise1", wrong("counts"), wrong("logits", "sign-flipped")),
        unread("exercise1", "x.py, line 3: " + "no_end_to_it" * 40),
    ]
    results = [
        graded(Student(LONG if at == 1 else f"Student {at}", str(4000 + at)), kinds[at % 4])
        for at in range(students)
    ]
    found = pages(tmp_path, results, "exercise1", "exercise2")
    names = ["index.html", *[name for name in found if "/" in name][:4]]
    for frame in laid_out(tmp_path, names, dark):
        assert frame["out"] == [], frame
        assert frame["scrolled"] == frame["width"]
        assert frame["dark"] == ("rgb(22, 22, 21)" if dark else "rgb(255, 255, 255)")
