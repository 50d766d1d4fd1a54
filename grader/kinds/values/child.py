"""Build graphs of a learner's Values: the course's chunks, random expressions, a training run.

In the chain, the learner's backward() runs through what the learner's operations made. Alone,
each operation is handed a stand-in; and the order that backward() takes is tried on operations
that are right (order.py), so that neither spoils the other. Which expressions and what training
is the course's declaration. Runs in the child.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch

from grader.child.call import ChildCall
from grader.child.call_backward import Unusable
from grader.kinds.numbers.child import as_float, is_number
from grader.kinds.values import ValueGraphs
from grader.kinds.values.order import Ordering
from grader.kinds.values.value_class import check, check_forward_side, class_in, function_of
from grader.rows import gradient_key

CLOSE = 1e-9


def call_values(call: ChildCall, scope: dict[str, Any]) -> None:
    """Raises what the learner's code raised first, when all of it has been tried."""
    value, declared = class_in(call.module), ValueGraphs.read(call.setup.declared)
    check_forward_side(value, declared.operations, call.module["__file__"])
    engine = _Engine(call, declared, scope, value)
    if call.stand_ins is None:
        engine.chain()
        engine.graphs(lambda result: result.backward())
        engine.training(lambda loss: loss.backward())
    else:
        engine.alone(call.stand_ins)
        call.notes.idle = tuple(sorted(engine.idle))
        ordering = Ordering(engine.value, declared.derivatives)
        engine.graphs(ordering.run)
        engine.training(ordering.run_in_step)
        call.notes.sent = ordering.observed
        ran = [row.name for row in call.setup.rows if row.key in scope]
        unseen = {declared.expressions.row} if ordering.other_ways else set()
        ran = [name for name in ran if name not in unseen]
        call.notes.recorded = {name: at for at, name in enumerate(ran, 1)}
    if engine.failures:
        raise engine.failures[0]


@dataclass
class _Engine:
    call: ChildCall
    declared: ValueGraphs
    scope: dict[str, Any]  # the results, by name
    value: Any  # the learner's class
    failures: list[Exception] = field(default_factory=list)
    idle: set[str] = field(default_factory=set)  # chunks whose result has only a leaf's _backward

    def __post_init__(self) -> None:
        given, chunks = self.call.given, self.call.setup.chunks
        self.chunks = {name: compile(text, name, "eval") for name, text in chunks}
        self.texts = {name: f"{name} = {text}" for name, text in chunks}
        read = {name for code in self.chunks.values() for name in code.co_names}
        # The numbers of the graph: one list a value, an entry a point.
        self.numbers = {
            name: given[name].tolist() for name in given if name in read | self.chunks.keys()
        }
        self.points = range(len(next(iter(self.numbers.values()))))
        self.asked = [row.name for row in self.call.setup.rows if row.name in self.numbers]

    @contextmanager
    def _trying(self) -> Iterator[None]:
        try:
            yield
        except Unusable:
            raise
        except Exception as error:
            self.failures.append(error)

    def _wanted(self, name: str) -> bool:
        return name in self.call.rows

    def chain(self) -> None:
        """The grads that backward() leaves; where it raises, those from before the exception."""
        grads: dict[str, list[Any]] = {name: [] for name in self.asked}
        for at in self.points:
            graph = {name: self.value(n[at]) for name, n in self.numbers.items()}
            with self._trying():
                for name, code in self.chunks.items():
                    graph[name] = eval(code, {}, graph)
                    if name in self.numbers:
                        check(self.value, self.texts[name], graph[name], self.numbers[name][at])
                graph["loss"].backward()
            for name, found in grads.items():
                found.append(graph[name].grad)
        broken = set(self._raising()) if self.failures else set()
        self._note({name: found for name, found in grads.items() if name not in broken})

    def _raising(self) -> Iterator[str]:
        """What is read by an operation that raises by itself."""
        for name in self.asked:
            try:
                self._sent_back(name, 0, {}, None)
            except Exception:  # kept by the chain already
                yield name

    def alone(self, stand_ins: Mapping[str, torch.Tensor]) -> None:
        """What each operation adds to the grad of what it read, which another use has written to.

        Where it is right, what it gives is taken at a grad of 0, without a rounding.
        """
        upstream = {name: value.tolist() for name, value in stand_ins.items()}
        for name in self.asked:
            try:
                found = [self._added(name, at, upstream) for at in self.points]
            except Exception:  # in this form it cannot run by itself: it is judged in the chain
                continue
            self._note({name: found})

    def _added(self, name: str, at: int, upstream: Mapping[str, list[float]]) -> Any:
        before = upstream[name][at]
        fresh = self._sent_back(name, at, upstream, None)
        after = self._sent_back(name, at, upstream, before)
        adds = abs(after - (fresh + before)) <= CLOSE * (abs(fresh) + abs(before))
        return fresh if adds else after - before

    def _sent_back(
        self, name: str, at: int, upstream: Mapping[str, list[float]], before: float | None
    ) -> Any:
        """The grad of one value, once every operation that reads it has run its _backward.

        `before`: what stood there; None leaves what a new Value has.
        """
        value = self.value(self.numbers[name][at])
        if before is not None:
            value.grad = before
        for chunk, code in self.chunks.items():
            if name not in code.co_names:
                continue
            reads = {
                read: self.value(self.numbers[read][at])
                for read in code.co_names
                if read in self.numbers
            }
            with self._made() as made:
                out = eval(code, {}, {**reads, name: value})
            incoming = upstream[chunk][at] if chunk in upstream else 1.0
            if out is value:  # a relu may give back what it was given: then its gradient goes there
                value.grad += incoming
                continue
            if self._idle(out):
                self.idle.add(chunk)
            out.grad = incoming
            for inner in reversed(made):  # more than one, where a / b is a * b**-1
                inner._backward()
        return value.grad

    def _idle(self, out: Any) -> bool:
        """Whether its _backward is only the one that every new Value has."""
        kept = [getattr(value, "_backward", None) for value in (out, self.value(1.0))]
        own, leafs = (getattr(function, "__code__", None) for function in kept)
        return own is not None and own is leafs

    @contextmanager
    def _made(self) -> Iterator[list[Any]]:
        """The Values made meanwhile: what one was made of comes before it."""
        made: list[Any] = []
        initialise = self.value.__init__

        def noting(new: Any, *given: Any, **named: Any) -> None:
            initialise(new, *given, **named)
            made.append(new)

        self.value.__init__ = noting
        try:
            yield made
        finally:
            self.value.__init__ = initialise

    def graphs(self, backward: Callable[[Any], None]) -> None:
        """The grads of the leaves of every random expression: (graphs, leaves)."""
        asked = self.declared.expressions
        if not self._wanted(asked.row):
            return
        functions = [function_of(text) for text in self.declared.operations]
        programs, leaves = (
            self.call.given[name].tolist() for name in (asked.programs, asked.leaves)
        )
        grads = []
        with self._trying():
            for program, starts in zip(programs, leaves, strict=True):
                values = [self.value(start) for start in starts]
                for operation, left, right in program:
                    if operation < 0:  # it is over
                        break
                    values.append(functions[operation](values[left], values[right]))
                backward(values[-1])
                grads.append([value.grad or 0.0 for value in values[: len(starts)]])
            self.scope[asked.row] = _tensor(grads)

    def training(self, backward: Callable[[Any], None]) -> None:
        """The loss at each step of gradient descent: (steps,)."""
        asked, given = self.declared.training, self.call.given
        if not self._wanted(asked.row):
            return
        loss_of = eval(f"lambda w: {given[asked.loss]}")  # the course's own text
        numbers, rate = given[asked.weights].tolist(), given[asked.rate]
        losses = []
        with self._trying():
            for _ in range(given[asked.steps]):
                weights = [self.value(number) for number in numbers]
                loss = loss_of(weights)
                backward(loss)
                losses.append(loss.data)
                numbers = [weight.data - rate * weight.grad for weight in weights]
            self.scope[asked.row] = _tensor(losses)

    def _note(self, grads: Mapping[str, list[Any]]) -> None:
        self.scope.update({gradient_key(name): _tensor(found) for name, found in grads.items()})


def _tensor(values: list[Any]) -> Any:
    """A tensor where all are numbers; else the first thing that is not."""
    flat = [n for value in values for n in (value if isinstance(value, list) else [value])]
    unfit = [number for number in flat if not is_number(number)]
    if unfit:
        return unfit[0]
    rows = len(values) if values and isinstance(values[0], list) else None
    found = torch.tensor([as_float(number) for number in flat])
    return found if rows is None else found.view(rows, -1)
