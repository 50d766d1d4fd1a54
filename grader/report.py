"""What a grading came to: frozen records, without wording of their own for the screen.

`Report.as_json()` is the interface for programs; its schema is named in it.
"""

import math
import sys
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from grader.rows import Row
from grader.syntax.cells import Place

SCHEMA = "handgrad/report/v1"
PASSING = ("exact", "approximate")
JUDGED_ALONE = ("inherited", "wrong")  # of a line that was not reached
A_CELL = 10**6  # lines: a notebook's lines in their order, where only the cell's own are known


@dataclass(frozen=True)
class Diagnosis:
    """A mistake recognised in a submitted gradient, with what shows it."""

    mistake: str  # its id: the name of its file in grader/diagnose/mistakes, with hyphens
    message: str  # one sentence
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class GradientReport:
    name: str
    verdict: str
    exact: bool  # torch.all(dt == ref), float32
    approximate: bool  # torch.allclose(dt, ref), float32
    maxdiff: float | None  # (dt - ref).abs().max(), float32; None where it means nothing
    shape: tuple[int, ...] | None  # the submitted gradient's
    expected_shape: tuple[int, ...]
    line: int | None  # of the submission: where this gradient is last assigned
    diagnosis: Diagnosis | None
    worst: dict[str, Any] | None = None  # index, yours, expected: the entry furthest off
    own_exact: bool = False  # exact, given a true upstream
    is_value: bool = False  # something asked for that is not a gradient
    place: Place | None = None  # where that line stands in a notebook
    shown_as: str | None = None  # "self.grad in __mul__", where a learner does not know the name

    @property
    def label(self) -> str:
        return Row(self.name, self.is_value, shown_as=self.shown_as).label

    @property
    def passes(self) -> bool:
        return self.verdict in PASSING

    @property
    def broadcasts(self) -> bool:
        """Whether it passes in another shape than its value's: leading 1s apart."""
        return self.passes and self.shape != self.expected_shape

    @property
    def where(self) -> str:
        """Its line, as a report says it: `24`; in a notebook `[17] line 4`; "" of none."""
        if self.place is None:
            return "" if self.line is None else str(self.line)
        return str(self.place.line) if self.place.cell is None else str(self.place)

    def as_json(self) -> dict[str, Any]:
        """In a notebook, `line` is the cell's, and `cell` says which."""
        facts = dict(vars(self))  # asdict takes ten times as long, and a class has many of these
        if self.diagnosis is not None:
            facts["diagnosis"] = asdict(self.diagnosis)
        place = facts.pop("place")
        if place is not None:
            cell = asdict(place)
            facts["line"] = cell.pop("line")
            facts["cell"] = cell
        return facts

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> Self:
        place, line = _place(facts)
        found, shape = facts["diagnosis"], facts["shape"]
        given = {key: value for key, value in facts.items() if key != "cell"} | {
            "line": line,
            "place": place,
            "diagnosis": None if found is None else Diagnosis(**found),
            "shape": None if shape is None else tuple(shape),
            "expected_shape": tuple(facts["expected_shape"]),
        }
        return cls(**given)


def _place(facts: dict[str, Any]) -> tuple[Place | None, int | None]:
    """Of a document's `line` and `cell`; and a line that is in the order of the whole file."""
    line, cell = facts["line"], facts.get("cell")
    if cell is None or line is None:
        return None, line
    return Place(line, **cell), (cell["cell"] or 0) * A_CELL + line


@dataclass(frozen=True)
class Stopped:
    """The line that ended the code, where no gradient is written on it; or that is forbidden."""

    line: int
    text: str
    place: Place | None = None  # in a notebook
    how: str = "raised"  # or "timeout", "forbidden"

    @property
    def where(self) -> str:
        """`line 24`, `[17] line 4`"""
        return f"line {self.line}" if self.place is None else str(self.place)

    def as_json(self) -> dict[str, Any]:
        facts = {"line": self.line, "text": self.text, "how": self.how}
        if self.place is None:
            return facts
        place = asdict(self.place)
        return facts | {"line": place.pop("line"), "cell": place}

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> Self:
        place, line = _place(facts)
        assert line is not None
        return cls(line, facts["text"], place, facts.get("how", "raised"))


@dataclass(frozen=True)
class Flag:
    """Something worth knowing that decides nothing."""

    flag: str
    message: str


@dataclass(frozen=True)
class Training:
    """A short run with the learner's gradients beside the same run under autograd."""

    steps: int
    losses: tuple[float, ...]
    autograd_losses: tuple[float, ...]
    matches: bool
    apart_at: int | None  # the first step at which the curves differ


def perplexity(loss: float) -> float:
    """Among how many equally likely characters the network has to guess; of a loss in nats."""
    return math.exp(min(loss, 700.0))  # no float holds more


@dataclass(frozen=True)
class BesideAutograd:
    """What the same run came to with torch's gradients: same start, same batches."""

    train_loss: float
    dev_loss: float
    test_loss: float
    largest_difference: float  # of the two losses of a step, over all steps


@dataclass(frozen=True)
class OtherModel:
    """What the recipe's yardstick comes to on the same splits."""

    name: str
    train_loss: float
    dev_loss: float
    test_loss: float


@dataclass(frozen=True)
class Trained:
    """A real run with the learner's gradients, and the network that came of it."""

    steps: int  # taken; fewer than asked where it was interrupted or stopped
    steps_asked: int
    seconds: float
    train_loss: float | None = None  # the whole split, BatchNorm calibrated; None: stopped
    dev_loss: float | None = None
    test_loss: float | None = None
    samples: tuple[str, ...] = ()  # names drawn from the network
    problem: str | None = None  # what stopped it
    resumed_at: int = 0  # the steps taken before it was last stopped; seconds counts them too
    autograd: BesideAutograd | None = None
    yardstick: OtherModel | None = None

    def as_json(self) -> dict[str, Any]:
        losses = {split: getattr(self, f"{split}_loss") for split in ("train", "dev", "test")}
        return asdict(self) | {
            f"{split}_perplexity": None if loss is None else perplexity(loss)
            for split, loss in losses.items()
        }


@dataclass(frozen=True)
class RateSearch:
    """A learning-rate finder: rates from small to large, one step with each."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]  # of the minibatch, before the step with that rate
    lowest: float | None  # the rate at which the smoothed loss is lowest
    problem: str | None = None  # what stopped it, where no rate did


@dataclass(frozen=True)
class Report:
    exercise: str
    submission: str
    strict: bool
    environment: dict[str, Any]
    gradients: tuple[GradientReport, ...]
    flags: tuple[Flag, ...] = ()
    error: str | None = None
    training: Training | None = None
    trained: Trained | None = None
    rate_search: RateSearch | None = None
    output: str = ""  # what the learner's code printed
    trace: str = ""  # the learner's own frames, where the code raised
    stopped: Stopped | None = None
    audit: dict[str, Any] = field(default_factory=dict)  # for a grading again, to the bit
    # How its process ended, where it did (protocol.messages.Ended); "garbled" as well where the
    # grader failed on it.
    ended: str | None = None

    @property
    def score(self) -> float:
        """A full point for a gradient whose own line is right, 0 otherwise."""
        return float(sum(g.passes or g.verdict == "inherited" for g in self.gradients))

    @property
    def passed(self) -> bool:
        accepted = ("exact",) if self.strict else PASSING
        return (
            self.error is None
            and bool(self.gradients)
            and all(gradient.verdict in accepted for gradient in self.gradients)
            and (self.training is None or self.training.matches)
        )

    @property
    def unread(self) -> bool:
        """Whether the code gave nothing at all, so that there is no first wrong line."""
        return self.error is not None and all(
            g.shape is None and g.verdict not in JUDGED_ALONE for g in self.gradients
        )

    @property
    def first_own_error(self) -> GradientReport | None:
        """The first gradient that is not right on its own line, as the code runs.

        What is written comes before what is missing; without a line, in backward order.
        """
        own = [g for g in self.gradients if not g.passes and g.verdict != "inherited"]
        written = [g for g in own if g.verdict != "missing" or g.diagnosis is not None]
        by_line = sorted(written, key=lambda g: g.line if g.line is not None else sys.maxsize)
        return next(iter(by_line or own), None)

    @property
    def stopped_first(self) -> Stopped | None:
        """The line that ended the code, where it comes before the first own error; what is
        forbidden comes before all."""
        first, stopped = self.first_own_error, self.stopped
        if stopped is None or first is None or first.line is None or stopped.how == "forbidden":
            return stopped
        return stopped if stopped.line < first.line else None

    def as_json(self) -> dict[str, Any]:
        report: dict[str, Any] = {
            "schema": SCHEMA,
            "exercise": self.exercise,
            "submission": self.submission,
            "passed": self.passed,
            "strict": self.strict,
            "score": self.score,
            "max_score": float(len(self.gradients)),
            "environment": self.environment,
            "audit": self.audit,
            "gradients": [gradient.as_json() for gradient in self.gradients],
            "flags": [asdict(flag) for flag in self.flags],
            "error": self.error,
            "stopped": None if self.stopped is None else self.stopped.as_json(),
            "ended": self.ended,
        }
        if self.training is not None:
            report["training"] = asdict(self.training)
        if self.trained is not None:
            report["trained"] = self.trained.as_json()
        if self.rate_search is not None:
            report["rate_search"] = asdict(self.rate_search)
        return report

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> Self:
        """What `as_json` made of a graded submission, to be shown.

        What is not in it is left out: what the code printed, its trace; and a long training run,
        which belongs to no class.
        """
        stopped, training = facts["stopped"], facts.get("training")
        if training is not None:
            curves = {key: tuple(training[key]) for key in ("losses", "autograd_losses")}
            training = Training(**(training | curves))
        return cls(
            exercise=facts["exercise"],
            submission=facts["submission"],
            strict=facts["strict"],
            environment=facts["environment"],
            gradients=tuple(GradientReport.from_json(one) for one in facts["gradients"]),
            flags=tuple(Flag(**flag) for flag in facts["flags"]),
            error=facts["error"],
            audit=facts.get("audit", {}),
            training=training,
            stopped=None if stopped is None else Stopped.from_json(stopped),
            ended=facts.get("ended"),
        )
