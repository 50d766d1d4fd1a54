"""The order in which a learner's backward() takes the Values, tried on operations that are right.

Every result of the learner's operations is given a _backward of the grader's, which notes when
it is called. Runs in the child.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

# By method: the derivatives in its operands, from their data and that of its result.
Derivatives = Callable[[Any, Any, Any], tuple[Any, ...]]


@dataclass(eq=False, slots=True)
class _Node:
    """One result, and the contributions that it makes to its operands."""

    out: Any
    parts: list[tuple[Any, float]]  # an operand, the derivative in it
    made: dict[int, "_Node"]  # by the result's identity
    sent: int = 0
    began: Any = None  # its own grad when it was first sent on
    early: bool = False  # a gradient arrived when its own had been sent on

    def send(self) -> None:
        self.began = self.began if self.sent else self.out.grad
        self.sent += 1
        for part, derivative in self.parts:
            part.grad += derivative * self.out.grad
            node = self.made.get(id(part))
            if node is not None and node.sent:
                node.early = True


@dataclass
class Ordering:
    """From when it is made, all operations of the class are the grader's in their backward."""

    value: Any  # the learner's class
    # By method: an expression for the derivative in each operand, in x, y and out. The course's.
    derivatives: Mapping[str, tuple[str, ...]]
    made: dict[int, _Node] = field(default_factory=dict)  # of the graph at hand
    other_ways: bool = False  # whether backward() passed grads on, and called no _backward for it
    # In how many graphs the result's own grad was not 1, a Value sent more than once, sent
    # before all had arrived, or did not send at all.
    observed: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("unseeded", "twice", "early", "never"), 0)
    )

    def __post_init__(self) -> None:
        for name, texts in self.derivatives.items():
            operation = getattr(self.value, name, None)
            if callable(operation):
                derivatives = eval(f"lambda x, y, out: ({', '.join(texts)},)")
                setattr(self.value, name, self._noting(operation, derivatives))

    def _noting(self, operation: Any, derivatives: Derivatives) -> Any:
        value, made = self.value, self.made

        def noted(*operands: Any) -> Any:
            # Runs hundreds of thousands of times: written out, not in terms of generators.
            out = operation(*operands)
            one: Any = operands[0]
            other: Any = operands[1] if len(operands) > 1 else None
            # One operation may be written in terms of others: the inner ones are noted first.
            if not isinstance(out, value) or id(out) in made or out is one or out is other:
                return out
            x = one.data if isinstance(one, value) else one
            y = other.data if isinstance(other, value) else other
            by = derivatives(x, y, out.data)
            parts = [(one, by[0])] if isinstance(one, value) else []
            if isinstance(other, value):
                parts.append((other, by[1]))
            node = made[id(out)] = _Node(out, parts, made)
            out._backward = node.send
            return out

        return noted

    def run(self, result: Any) -> None:
        """The learner's backward() of one graph, and what it did."""
        result.backward()
        nodes = self._below(result)
        first = nodes[0]  # the result itself
        arrived = any(part.grad for node in nodes for part, _ in node.parts)
        self.other_ways |= arrived and not any(node.sent for node in nodes)
        for what, seen in {
            "unseeded": (first.began if first.sent else result.grad) != 1,
            "twice": any(node.sent > 1 for node in nodes),
            "early": any(node.early for node in nodes),
            "never": not all(node.sent for node in nodes),
        }.items():
            self.observed[what] += bool(seen)
        self.made.clear()

    def run_in_step(self, result: Any) -> None:
        """Backward in the order that is always right: the last made first."""
        result.grad = 1.0
        for node in reversed(list(self.made.values())):
            node.send()
        self.made.clear()

    def _below(self, result: Any) -> list[_Node]:
        """The results that this one was made of, and itself."""
        found: dict[int, _Node] = {}
        pending = [result]
        while pending:
            node = self.made.get(id(pending.pop()))
            if node is not None and id(node.out) not in found:
                found[id(node.out)] = node
                pending += [part for part, _ in node.parts]
        return list(found.values())
