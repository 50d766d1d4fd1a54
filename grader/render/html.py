"""A report as HTML, to stand in a notebook or in any other page: no scripts, nothing loaded.

Pure functions of a report. Hints and the page of the mistake are there, folded away; without
`hints` it is said which line is wrong, and not what the mistake is.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from html import escape
from re import sub

from markdown_it import MarkdownIt

from grader.course.exercise import Exercise
from grader.errors import printable
from grader.render.first_error import FirstError, first_told, told
from grader.render.html_style import PAGE_STYLE, STYLE
from grader.render.sentences import (
    EXACT_ALONE,
    error_sentence,
    exact_alone,
    legend,
    notes_of,
    score_words,
    shape_note,
    training_sentence,
)
from grader.render.table import above_which, listed, start_of
from grader.report import GradientReport, Report, Stopped
from grader.workspace.hints import ladder
from grader.workspace.pages import read_page

__all__ = ["STYLE", "marked", "report_html", "report_page"]

LONGEST = 2000  # characters of what a submission says
UNKNOWN = ("inherited", "missing", "timeout")  # of these rows no line is known to be wrong
MOST_NAMED = 4  # further errors, before they are unfolded
COLUMNS = (  # with what is left out where it is narrow
    ("gradient", ""), ("exact", "hg-spare"), ("approximate", "hg-spare"), ("maxdiff", "hg-spare"),
    ("verdict", ""), ("line", ""),
)  # fmt: skip
TONES = {"exact": "good", "approximate": "good", "inherited": "part", "missing": "soft"}


def report_page(report: Report, exercise: Exercise) -> str:
    """A whole HTML file."""
    head = _text(f"{report.exercise}: {exercise.title}")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{head}</title>\n<style>{PAGE_STYLE}{STYLE}</style></head><body>\n"
        f"{report_html(report, exercise)}</body></html>\n"
    )


def report_html(report: Report, exercise: Exercise, hints: bool = True) -> str:
    """One element, of class handgrad. The page that it stands in has STYLE, once."""
    return "\n".join(['<div class="handgrad">', *_parts(report, exercise, hints), "</div>", ""])


def _parts(report: Report, exercise: Exercise, hints: bool) -> Iterator[str]:
    word, score = score_words(report)
    tone = ' class="hg-good"' if report.passed else ""
    yield (
        f'<p class="hg-head"><span class="hg-title">{_text(report.exercise)}: '
        f'{_text(exercise.title)}</span> <span class="hg-score">'
        f"<span{tone}>{word}</span>{score}</span></p>"
    )
    if report.passed:
        yield _p(" ".join(exercise.learned))
    if report.error is not None:
        yield _p(error_sentence(report), "hg-bad")
    shown = not report.unread
    if shown:
        yield from _first(report, exercise, hints)
    if said := training_sentence(report):
        yield _p(said)
    if shown:
        yield from _table(report)
        yield from (_p(sentence, "hg-soft") for sentence in legend(report, exercise))
        yield from _further(report, exercise, hints)
    yield from (_p(f"Note: {note}") for note in notes_of(report))
    if report.output:
        yield from _folded("What the code printed", [f"<pre>{_text(report.output)}</pre>"])
    if report.trace:
        yield from _folded("The full trace", [f"<pre>{_text(report.trace)}</pre>"])


def _first(report: Report, exercise: Exercise, hints: bool) -> Iterator[str]:
    said, first = first_told(report, exercise), report.first_own_error
    if said is None:
        return
    if first is None or report.stopped_first is not None:
        yield from ('<div class="hg-first">', *_said(said), "</div>")
        return
    todo = " hg-todo" if first.verdict == "missing" else ""
    yield f'<div class="hg-first{todo}">'
    yield from _said(said, hints)
    if hints:
        yield from _hints(first, exercise)
    yield "</div>"


def _hints(first: GradientReport, exercise: Exercise) -> Iterator[str]:
    rungs = ladder(exercise, first.name)
    yield from _folded(
        "Hints" if len(rungs) > 1 else "A hint",
        [
            part
            for number, rung in enumerate(rungs, 1)
            for part in _folded(
                f"{number} of {len(rungs)}: {rung.title}",
                (_hint(line, exercise) for line in rung.lines),
            )
        ],
    )
    if first.diagnosis is not None:
        yield from _explained(first.diagnosis.mistake)


def _said(said: FirstError, hints: bool = True) -> Iterator[str]:
    opening = f"<b>{said.opening.strip()}</b> "
    yield f"<p>{opening}<code><b>{_text(said.label)}</b></code>{marked(said.rest)}</p>"
    yield from (f'<pre class="hg-chunk">{_text(chunk)}</pre>' for chunk in said.chunks)
    if said.yours:
        yield f"<p>Yours: <code>{_text(said.yours)}</code></p>"
    if hints:
        yield from map(_p, said.sentences)


def _further(report: Report, exercise: Exercise, hints: bool) -> Iterator[str]:
    """The other lines that are wrong by themselves. Of those below an endless loop nobody knows."""
    first, labels, others = report.first_own_error, list[str](), list[str]()
    for gradient in report.gradients:
        own = not gradient.passes and gradient.verdict not in UNKNOWN
        said = told(gradient, exercise) if own and gradient is not first else None
        if said is not None:
            words = " ".join(said.sentences)
            labels.append(said.label)
            others.append(f"<p><code>{_text(said.label)}</code>{marked(said.rest)}</p>")
            if hints:
                others.append(_p(words, "hg-in1"))
    if labels:
        count, names = len(labels), ", ".join(labels[:MOST_NAMED])
        more = ", ..." if count > MOST_NAMED else ""
        yield from _folded(f"{count} more error{'s' * (count > 1)}: {names}{more}", others)


def _explained(mistake: str) -> Iterator[str]:
    yield from _folded(f"What this mistake is: {mistake}", [_page(mistake)])


@cache  # a class has many pages with the same mistake
def _page(mistake: str) -> str:
    return str(MarkdownIt().render(read_page(mistake).body))


def _table(report: Report) -> Iterator[str]:
    heads = (f'<th scope="col"{_classed(spare)}>{name}</th>' for name, spare in COLUMNS)
    yield f'<table aria-label="The rows of {report.exercise}">'
    yield f"<thead><tr>{''.join(heads)}</tr></thead><tbody>"
    rows, first = listed(report), report.first_own_error
    stopped = report.stopped_first
    below = above_which(stopped, rows)
    for gradient in rows:
        if stopped and gradient is below:
            yield _stop(stopped)
        note = shape_note(gradient)
        mark = "hg-todo" if gradient.verdict == "missing" else "hg-mark"
        classes = " ".join(
            (mark,) * (gradient is first and not stopped) + ("hg-noted",) * bool(note)
        )
        yield f"<tr{_classed(classes)}>{''.join(_cells(gradient))}</tr>"
        if note:
            yield f'<tr><td class="hg-note hg-soft" colspan="{len(COLUMNS)}">{note}</td></tr>'
    if stopped and below is None:
        yield _stop(stopped)
    if left_out := len(report.gradients) - len(rows):
        spare = "".join(f"<td{_classed(spare)}></td>" for _, spare in COLUMNS[1:4])
        verdict = _verdict(rows[-1].verdict, "")
        yield f"<tr><td>and {left_out} more</td>{spare}{verdict}<td></td></tr>"
    yield "</tbody></table>"


def _stop(stopped: Stopped) -> str:
    """The line that ended the code, and writes no gradient; or that is forbidden."""
    spare = "".join(f"<td{_classed(spare)}>-</td>" for _, spare in COLUMNS[1:4])
    where = stopped.where.removeprefix("line ")
    return (
        f'<tr class="hg-mark"><th scope="row">{_text(start_of(stopped.text))}</th>{spare}'
        f'<td class="hg-bad">{stopped.how}</td><td>{_text(where)}</td></tr>'
    )


def _cells(gradient: GradientReport) -> Iterator[str]:
    known = gradient.maxdiff is not None
    numbers = (
        str(gradient.exact) if known else "-",
        str(gradient.approximate) if known else "-",
        f"{gradient.maxdiff:.3g}" if gradient.maxdiff is not None else "-",
    )
    yield f'<th scope="row">{_text(gradient.label)}</th>'
    yield from (f'<td class="hg-spare">{number}</td>' for number in numbers)
    yield _verdict(gradient.verdict, f" {EXACT_ALONE}" if exact_alone(gradient) else "")
    yield f"<td>{_text(gradient.where or '-')}</td>"


def _verdict(verdict: str, mark: str) -> str:
    return f'<td class="hg-{TONES.get(verdict, "bad")}">{verdict}{mark}</td>'


def _folded(summary: str, parts: Iterable[str]) -> Iterator[str]:
    yield f"<details><summary>{marked(summary)}</summary><div>"
    yield from parts
    yield "</div></details>"


def _hint(line: str, exercise: Exercise) -> str:
    """A line of a hint has two spaces in front for each level; a chunk is code."""
    said = line.strip()
    level = (len(line) - len(line.lstrip())) // 2
    classes = f"hg-in{min(level, 4)}" if level else ""
    if any(said == chunk.source for chunk in exercise.forward_pass.chunks):
        return f"<p{_classed(f'{classes} hg-formula'.strip())}><code>{_text(said)}</code></p>"
    return _p(said, classes)


def _p(text: str, classes: str = "") -> str:
    return f"<p{_classed(classes)}>{marked(text)}</p>"


def _classed(classes: str) -> str:
    return f' class="{classes}"' if classes else ""


def marked(text: str) -> str:
    """Text as HTML, what is between backticks as code."""
    return sub(r"`([^`\n]+)`", r"<code>\1</code>", _text(text))


def _text(text: str) -> str:
    """Of unknown origin, and no markup whatever it holds."""
    return escape(printable(text, LONGEST))
