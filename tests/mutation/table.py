"""The suite's figures: counted per exercise and per operator, printed and written as JSON."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .grading import Outcome

HEADINGS = (
    "mutants", "caught", "line", "others", "raised", "mistake", "wrong", "unknown",
    "rewrites", "accused", "broke", "ms",
)  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """Counts over some outcomes. What raises by itself has no mistake to be named."""

    mutants: int
    caught: int
    right_line: int
    others_accused: int  # mutants for which a line is accused that is right
    raised: int
    right_mistake: int
    wrong_mistake: int
    unknown: int
    rewrites: int
    wrongly_accused: int
    broke: int  # the grader itself
    milliseconds: float  # a mutant, on average

    @property
    def nameable(self) -> int:
        return self.mutants - self.raised

    def cells(self) -> tuple[str, ...]:
        return (
            str(self.mutants), str(self.caught), share(self.right_line, self.mutants),
            str(self.others_accused), str(self.raised), share(self.right_mistake, self.nameable),
            share(self.wrong_mistake, self.nameable), share(self.unknown, self.nameable),
            str(self.rewrites), str(self.wrongly_accused), str(self.broke),
            f"{self.milliseconds:.0f}",
        )  # fmt: skip


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "-"


def figures(outcomes: Sequence[Outcome]) -> Figures:
    mistakes = [outcome for outcome in outcomes if not outcome.mutant.right]
    diagnosed = [outcome for outcome in mistakes if not outcome.mutant.raises]
    rewrites = [outcome for outcome in outcomes if outcome.mutant.right]
    return Figures(
        mutants=len(mistakes),
        caught=sum(outcome.caught for outcome in mistakes),
        right_line=sum(outcome.right_line for outcome in mistakes),
        others_accused=sum(bool(outcome.others_accused) for outcome in mistakes),
        raised=len(mistakes) - len(diagnosed),
        right_mistake=sum(outcome.right_mistake for outcome in diagnosed),
        wrong_mistake=sum(outcome.wrong_mistake for outcome in diagnosed),
        unknown=sum(outcome.mistake is None for outcome in diagnosed),
        rewrites=len(rewrites),
        wrongly_accused=sum(outcome.wrongly_accused for outcome in rewrites),
        broke=sum(outcome.broke is not None for outcome in outcomes),
        milliseconds=sum(o.milliseconds for o in outcomes) / max(1, len(outcomes)),
    )


def rows(outcomes: Sequence[Outcome]) -> list[tuple[str, Figures]]:
    """All, then each exercise, then each operator."""
    by_exercise = grouped(outcomes, lambda outcome: outcome.mutant.exercise)
    by_operator = grouped(outcomes, lambda outcome: outcome.mutant.operator)
    parts = [("all", list(outcomes)), *by_exercise.items(), *sorted(by_operator.items())]
    return [(name, figures(part)) for name, part in parts]


def grouped(outcomes: Iterable[Outcome], key: Callable[[Outcome], str]) -> dict[str, list[Outcome]]:
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(key(outcome), []).append(outcome)
    return groups


def table(outcomes: Sequence[Outcome]) -> str:
    lines = [("", *HEADINGS), *((name, *part.cells()) for name, part in rows(outcomes))]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        line[0].ljust(widths[0])
        + "".join(
            "  " + cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)
        )
        for line in lines
    )


def several_table(outcomes: Sequence[Outcome]) -> str:
    """Of combined mistakes: how many were found on exactly the changed lines."""
    groups = grouped(outcomes, lambda o: f"{o.mutant.exercise}, {o.mutant.operator}")
    return "\n".join(
        f"{name}: {len(part)} graded, all lines found in "
        f"{share(sum(o.mutant.named <= o.own for o in part), len(part))}, and no other accused in "
        f"{share(sum(o.found_all for o in part), len(part))}"
        for name, part in groups.items()
    )


def miss(outcome: Outcome) -> str | None:
    """One line on what went otherwise than it should; None where nothing did."""
    mutant = outcome.mutant
    if outcome.broke is not None:
        return f"{mutant.exercise} {mutant.name}: the grader broke: {outcome.broke}"
    if mutant.operator.endswith("at once"):
        missed = ", ".join(sorted(mutant.named - outcome.own)) or "none"
        accused = ", ".join(sorted(outcome.others_accused)) or "none"
        shown = f"{mutant.exercise} {mutant.name}: missed {missed}; accused {accused}"
        return None if outcome.found_all else shown
    said = f"first d{outcome.first}:{outcome.first_line} {outcome.mistake}"
    if mutant.right:
        what = f"accused: {said}" if outcome.wrongly_accused else None
    elif not outcome.caught:
        what = f"not caught ({outcome.verdict})"
    elif not outcome.right_line:
        what = f"line: {said}, not d{mutant.gradient}:{mutant.line}"
    elif outcome.others_accused:
        what = "others: " + ", ".join(sorted(outcome.others_accused))
    elif mutant.raises or outcome.right_mistake or not (outcome.mistake or mutant.mistakes):
        what = None
    else:
        what = f"mistake: {outcome.mistake}, not {' or '.join(sorted(mutant.mistakes)) or 'any'}"
    return None if what is None else f"{outcome.name}: {what}\n    {mutant.shown}"


def record(outcome: Outcome) -> dict[str, Any]:
    mutant = outcome.mutant
    return {
        "exercise": mutant.exercise,
        "mutant": mutant.name,
        "operator": mutant.operator,
        "gradient": mutant.gradient,
        "line": mutant.line,
        "right": mutant.right,
        "raises": mutant.raises,
        "mistakes": sorted(mutant.mistakes),
        "passed": outcome.passed,
        "first": outcome.first,
        "first_line": outcome.first_line,
        "mistake": outcome.mistake,
        "own": sorted(outcome.own),
        "broke": outcome.broke,
        "milliseconds": round(outcome.milliseconds, 1),
    }
