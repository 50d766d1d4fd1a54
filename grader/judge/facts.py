"""What is known of a submission, line by line: verdicts and diagnoses are read from it.

Made when the child is gone, of what it gave (Observations) and of torch's references.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import torch

from grader.bench.bench import Bench
from grader.bench.point import NOTHING, nearest
from grader.bench.reference import Reference
from grader.course.exercise import Exercise
from grader.judge.chain import ChainRun
from grader.judge.compare import Comparison
from grader.judge.lines import UNDECIDABLE, LineJudgement, LineRun, judge_line
from grader.observe.dependencies import Dependencies, Run
from grader.observe.observations import Observations, forbidden_in
from grader.protocol.messages import Answer, Ended, Raised
from grader.syntax.autodiff import Forbidden
from grader.syntax.submission import Submission
from grader.tensors import TOLERANCE, identical


@dataclass(frozen=True)
class InputBound:
    """A line that raises for other inputs than the lecture's."""

    row: str  # that it counts with
    line: int
    run: int  # of the chain


@dataclass(frozen=True)
class Facts:
    """Everything that a verdict or a diagnosis may ask."""

    submission: Submission
    chain: tuple[ChainRun, ...]  # the bench's trials in their order, then a wrong step of training
    dependencies: Dependencies
    references: Mapping[str, Reference] = field(repr=False)  # by the trial's label
    float32_lines: LineRun | None  # None where the lecture's view is exact

    @property
    def exercise(self) -> Exercise:
        return self.chain[0].trial.exercise

    @property
    def lecture(self) -> ChainRun:
        return self.chain[0]

    @property
    def decision(self) -> ChainRun:
        return self.chain[1]

    @property
    def other_seed(self) -> ChainRun:
        return self.chain[2]

    @property
    def other_sizes(self) -> ChainRun:
        return self.chain[3]

    # The code as it is written.

    @cached_property
    def comparisons(self) -> dict[str, list[Comparison | None]]:
        return {name: [run.compare(name) for run in self.chain] for name in self.exercise.gradients}

    @cached_property
    def forbidden(self) -> Forbidden | None:
        """Where autograd was found at work: then no gradient given is the learner's own."""
        alone = [] if self.float32_lines is None else [self.float32_lines.answer]
        alone += [answer for _, answer in self.dependencies.runs]
        return forbidden_in(self.submission, [*(run.answer for run in self.chain), *alone])

    def given(self, name: str) -> bool:
        return self.comparisons[name][0] is not None

    def has_other_leading_ones(self, name: str) -> bool:
        """Whether leading dimensions of size 1 set a gradient apart from its value's shape."""
        answer = self.lecture.answer
        return isinstance(answer, Answer) and name in answer.shapes

    def right_in_chain(self, name: str) -> bool:
        return all(
            c.right if c is not None else self._bound_by_then(at) and self._right_alone(name)
            for at, c in enumerate(self.comparisons[name])
        )

    def _bound_by_then(self, at: int) -> bool:
        """Whether this run of the chain ended at a line that is named for it, or is one after."""
        return self.input_bound is not None and at >= self.input_bound.run

    def _right_alone(self, name: str) -> bool:
        line = judge_line(name, self.runs, self.dependencies.uses.get(name))
        return line.right and line.decidable

    @cached_property
    def input_bound(self) -> InputBound | None:
        """Of a function that is otherwise right, the line that raises for other inputs only."""
        for at, run in enumerate(self.chain[:4]):
            raised = run.answer.raised if isinstance(run.answer, Answer) else None
            if isinstance(run.answer, Ended) or (raised is not None and at < 2):
                return None
            if raised is not None:
                return self._bound_at(at, raised)
        return None

    def _bound_at(self, at: int, raised: Raised) -> InputBound | None:
        """An assert or a throwaway reshape may write no row: then it counts with the one that it
        names, or with the last one above it."""
        line, whole = raised.line, self.exercise.kind.runs_rows_alone
        compared = [comparisons[at] for comparisons in self.comparisons.values()]
        if whole or line is None or raised.out_of_time:
            return None
        if any(c is not None and not c.right for c in compared):
            return None
        written = {
            row.name: its
            for row in self.exercise.rows
            if (its := self.submission.line_of(row.written_at)) is not None
        }
        text = self.submission.source.split("\n")[line - 1 : line]
        named = [row for row in self.exercise.rows if re.search(rf"\b{row.key}\b", "".join(text))]
        own = [name for name, its in written.items() if its == line]
        above = sorted((its, name) for name, its in written.items() if its < line)
        found = [*own, *(row.name for row in named), *(name for _, name in above[-1:]), *written]
        return InputBound(found[0], line, at) if found else None

    def wrong_runs(self, name: str) -> list[int]:
        """The runs that show a gradient wrong: in float64, or else in float32."""
        wrong = [at for at, c in enumerate(self.comparisons[name]) if c is None or not c.right]
        return [at for at in wrong if self.chain[at].trial.dtype is torch.float64] or wrong

    # Each line in isolation.

    @cached_property
    def runs(self) -> tuple[LineRun, ...]:
        return self._line_runs(self.dependencies.runs)

    def runs_of(self, name: str) -> tuple[LineRun, ...]:
        """Those that judge this line."""
        siblings = self.sibling_runs(name)
        if siblings and all(run.right(name, nearest(self.exercise, name)) for run in siblings):
            return siblings
        return self._consistent_runs.get(name) or self.runs

    def sibling_runs(self, name: str) -> tuple[LineRun, ...]:
        """Those where what this line uses for its chunk's gradients follows from these."""
        return self._sibling_runs.get(name, ())

    @cached_property
    def _consistent_runs(self) -> dict[str, tuple[LineRun, ...]]:
        runs = self.dependencies.consistent.items()
        return {name: self._line_runs(of_one) for name, of_one in runs}

    @cached_property
    def _sibling_runs(self) -> dict[str, tuple[LineRun, ...]]:
        runs = self.dependencies.siblings.items()
        return {name: self._line_runs(of_one) for name, of_one in runs}

    @cached_property
    def restored_run(self) -> LineRun | None:
        run = self.dependencies.restored
        return None if run is None else self._line_runs([run])[0]

    def _line_runs(self, runs: Iterable[Run]) -> tuple[LineRun, ...]:
        return tuple(
            LineRun(point, self.references[point.trial.label], answer) for point, answer in runs
        )

    @cached_property
    def lines(self) -> dict[str, LineJudgement]:
        return {name: self._line(name) for name in self.exercise.gradients}

    def judged_alone(self, name: str, stopped_at: int | None) -> bool:
        """Whether a line that the code did not come to, or that raised in the chain, did its work
        in isolation, where the lines above it have stand-ins.

        `stopped_at`: the line of this gradient that raised.
        """
        answers = [run.answer for run in self.runs]
        row = self.exercise.row[name]
        own = {stopped_at, self.submission.written_on(row.written_at)}
        for answer in answers:
            if isinstance(answer, Ended) or own & answer.failures.keys():
                return False
            if answer.unusable is not None:  # it came to its end, and gave nothing
                return False
            if name not in answer.gradients or name not in answer.recorded:
                return False
        return self.lines[name].decidable

    def _line(self, name: str) -> LineJudgement:
        known = self.dependencies
        line = judge_line(name, self.runs, known.uses.get(name))
        if line.right and self.right_in_chain(name):
            return line
        differs = name in known.returned_differently and name not in known.aliased_at
        if differs and not self.altered(name):
            return UNDECIDABLE
        if not line.right and name in known.consistent:
            line = judge_line(name, self.runs_of(name), known.cut_of(name))
        if line.right or not (name in known.uses or name in known.cut_off):
            return line
        if self._reads_what_was_altered(name):
            return LineJudgement(nearest(self.exercise, name))
        if name in known.cut_off or self._undecidable(name):
            return UNDECIDABLE
        return replace(line, decidable=line.decidable or name in known.constant)

    def _undecidable(self, name: str) -> bool:
        """Whether this line, though not seen to be right, may be so.

        It starts from gradients that are not above it, or that no stand-in took the place of.
        """
        cut = self.dependencies.cut_of(name)
        if cut is None:
            return False
        if self.dependencies.uses[name] and not cut:
            return True
        silent = not cut or self.runs[0].zero_by_structure(name, cut)
        return silent and name not in self.dependencies.constant

    def _reads_what_was_altered(self, name: str) -> bool:
        """Whether it is right but for a gradient that a line above it changed through an alias."""
        run, known = self.restored_run, self.dependencies
        if run is None or known.changed_at or name in known.altered_at:
            return False
        return run.right(name, nearest(self.exercise, name))

    def altered(self, name: str) -> bool:
        """Whether something wrote to this gradient after it was done."""
        answers = [answer for _, answer in self.dependencies.runs]
        return any(isinstance(a, Answer) and name in a.altered for a in answers)

    # What a wrong gradient has from above.

    def inherits(self, name: str) -> bool:
        """Whether the error was passed down: right on its own, or where that cannot be told,
        what follows from the upstream gradients submitted."""
        if self.lines[name].decidable:
            right = self.lines[name].right or self._made_of_values(name)
            return right and not self._upstream_right(name)
        if name in self.exercise.values:
            return not all(map(self.right_in_chain, self.exercise.depends_on.get(name, ())))
        return not self.altered(name) and all(
            self.chain[number].follows(name) for number in self.wrong_runs(name)
        )

    def _made_of_values(self, name: str) -> bool:
        """Whether a value follows, wherever it is wrong, from others that were submitted."""
        wrong = [self.chain[at] for at in self.wrong_runs(name)]
        if name not in self.exercise.values or not all(r.follows_from_values(name) for r in wrong):
            return False
        # What is the same whatever is asked is made of nothing.
        return any(not identical(run.given[name], wrong[0].given[name]) for run in wrong)

    def _upstream_right(self, name: str) -> bool:
        """Whether the gradients that the line uses are right wherever it is wrong itself.

        Then nothing was inherited: something changed this one afterwards.
        """
        cut = self.dependencies.uses.get(name) or self.lines[name].cut or NOTHING
        depends_on = set(self.exercise.depends_on.get(name, ()))
        if any(self.lines[other].decidable and not self.lines[other].right for other in depends_on):
            return False
        cut |= depends_on
        for number in self.wrong_runs(name):
            if self.comparisons[name][number] is None:  # not reached: nothing is known of it
                continue
            upstream = [self.comparisons[other][number] for other in cut]
            if all(c is not None and c.right for c in upstream):
                return True
        return False

    def zero_only_by_structure(self, name: str) -> bool:
        """Whether it is zero at any rate, and nothing above it, right, can have led there.

        A sum that cancels leaves rounding behind, torch's and the learner's; what leaves none
        wherever torch's does is not such a sum.
        """
        decision, *others = (run for run in self.chain if run.trial.dtype is torch.float64)
        reference = decision.reference
        zero = reference.gradients[name].abs().max() <= TOLERANCE * reference.scale(name)
        if not zero or name not in decision.given or decision.given[name].any():
            return False
        no_sum = all(
            name in run.given and not run.given[name].any() and run.reference.gradients[name].any()
            for run in (decision, *others)
        )
        return no_sum or not all(map(self.right_in_chain, nearest(self.exercise, name)))


def facts_of(
    bench: Bench, submission: Submission, seen: Observations, wrong_step: ChainRun | None = None
) -> Facts:
    """`wrong_step`: the first of a training run in which what is trained has a wrong gradient."""
    references = bench.references(seen.closed)
    chain = [
        ChainRun(trial, answer, references[trial.label], in_table=trial is bench.trials[0])
        for trial, answer in zip(bench.trials, seen.chain, strict=True)
    ]
    if wrong_step is not None:
        chain.append(wrong_step)
    lines, point = seen.float32_lines, bench.points[2]
    narrow = None if lines is None else LineRun(point, references[point.trial.label], lines)
    return Facts(submission, tuple(chain), seen.dependencies, references, narrow)
