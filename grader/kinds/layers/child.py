"""Use the layers of a learner's file: forward, running statistics, inference, then backward.

In the chain each layer reads what the one before it gave, and its backward is handed what the
one after it returned. Alone, each reads the forward pass's own value and a stand-in is what
arrives. What fails costs what it makes, and nothing else: the layers around it go on with the
forward pass's value. Runs in the child.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import torch

from grader.child.call import ChildCall
from grader.child.call_backward import Unusable
from grader.errors import did_you_mean
from grader.kinds.numbers.child import as_float, is_number
from grader.rows import gradient_key
from grader.tensors import identical


@dataclass(frozen=True)
class Stage:
    """One layer of the stack. Values, and what is asked for, by name."""

    layer: str  # the learner's class
    reads: str
    gives: str
    asked: str  # what its output is called where it is asked for
    parameters: dict[str, str] = field(default_factory=dict)  # value, by the layer's attribute


STACK = (
    Stage("Linear", "x", "hprebn", "linear_out", {"weight": "W1"}),
    Stage(
        "BatchNorm1d", "hprebn", "hpreact", "batchnorm_out", {"gain": "bngain", "bias": "bnbias"}
    ),
    Stage("Tanh", "hpreact", "h", "tanh_out"),
    Stage("Linear", "h", "logits", "linear_bias_out", {"weight": "W2", "bias": "b2"}),
)
NORM = STACK[1]
STATISTICS = ("running_mean", "running_var")
OF_COUNTS = ("expected_initial_loss", "kaiming_std")  # functions of a number
OF_OUTPUTS = ("saturated", "dead_units")  # functions of a tanh layer's outputs


def call_layers(call: ChildCall, scope: dict[str, Any]) -> None:
    """Raises what the learner's code raised first, when all of it has been tried."""
    bench = _Bench(call, scope)
    bench.functions()
    if call.stand_ins is None:
        bench.chain()
    else:
        for stage in STACK:
            bench.alone(stage, call.stand_ins)
    bench.statistics()
    bench.inference()
    for key in scope.keys() - {row.key for row in call.setup.rows}:
        del scope[key]  # of a method with nothing in it
    if bench.failures:
        raise bench.failures[0]


@dataclass
class _Bench:
    call: ChildCall
    scope: dict[str, Any]  # what came of it, by name
    failures: list[Exception] = field(default_factory=list)

    @contextmanager
    def _trying(self) -> Iterator[None]:
        try:
            yield
        except NotImplementedError:  # how a method says that it is not written yet
            return
        except Exception as error:
            self.failures.append(error)

    def value(self, name: str) -> torch.Tensor:
        """The forward pass's own, for the learner to write to as they like."""
        value: torch.Tensor = self.call.given[name].clone()
        return value

    def named(self, name: str, what: str) -> Callable[..., Any]:
        """A class or function of the learner's file. Raises Unusable where there is none."""
        found: Callable[..., Any] | None = self.call.module.get(name)
        if not callable(found):
            others = [key for key, value in self.call.module.items() if callable(value)]
            raise Unusable(f"it defines no {what} `{name}`{did_you_mean(name, others)}")
        return found

    def functions(self) -> None:
        counts = self.call.given["counts"].tolist()
        for name in OF_COUNTS:
            with self._trying():
                self.scope[name] = _numbers([self.named(name, "function")(at) for at in counts])
        for name in OF_OUTPUTS:
            with self._trying():
                self.scope[name] = _number(self.named(name, "function")(self.value("wide")))

    def built(self, stage: Stage, **settings: float) -> Any:
        """A layer with the network's parameters. Raises what the learner's code raises."""
        sizes = [self.value(stage.reads).shape[1], self.value(stage.gives).shape[1]]
        given: dict[str, Any] = {}
        if stage.layer == "Linear":
            given["bias"] = "bias" in stage.parameters
        dimensions = {"Linear": sizes, "BatchNorm1d": sizes[:1], "Tanh": []}[stage.layer]
        layer = self.named(stage.layer, "class")(*dimensions, **given, **settings)
        for attribute, value in stage.parameters.items():
            setattr(layer, attribute, self.value(value))
        return layer

    def chain(self) -> None:
        layers: list[Any] = []
        value = self.value(STACK[0].reads)
        for stage in STACK:
            layers.append(None)
            out = None
            with self._trying():
                layer = self.built(stage)
                out = self.forward(stage, layer, value)
                layers[-1] = layer
            value = self._fit(out, self.value(stage.gives))
        self.others()
        gradient: Any = self.value("dlogits")
        for stage, layer in zip(reversed(STACK), reversed(layers), strict=True):
            if layer is not None:
                self.backward(stage, layer, gradient)  # what it reads was kept in forward
            reads = self.value(stage.reads)
            found = self.scope.get(gradient_key(stage.reads))
            gradient = self._fit(found, torch.ones_like(reads)).clone()  # it may be written to

    def others(self) -> None:
        """A second layer of each kind, used in between: what one keeps is not the other's."""
        for stage in STACK:
            with suppress(Exception):  # known from the stack already
                _called(self.built(stage))(self.value(stage.reads).roll(1, 1))

    def alone(self, stage: Stage, stand_ins: Any) -> None:
        with self._trying():
            layer = self.built(stage)
            self.forward(stage, layer, self.value(stage.reads))
            given = stand_ins.get(stage.gives)
            upstream = self.value(gradient_key(stage.gives)) if given is None else given.clone()
            self.backward(stage, layer, upstream)

    def forward(self, stage: Stage, layer: Any, value: torch.Tensor) -> Any:
        out = _called(layer)(value)
        self.scope[stage.asked] = _kept(out)
        return out

    def backward(self, stage: Stage, layer: Any, gradient: torch.Tensor) -> None:
        with self._trying():
            self.scope[gradient_key(stage.reads)] = _kept(layer.backward(gradient))
        for attribute, value in stage.parameters.items():
            with self._trying():
                self.scope[gradient_key(value)] = _kept(
                    getattr(layer, gradient_key(attribute), None)
                )

    def statistics(self) -> None:
        """After two batches in training, and one in inference, which is to leave them alone."""
        failed = len(self.failures)
        with self._trying():
            layer = self.built(NORM, momentum=self.call.given["momentum"])
            start = [_kept(getattr(layer, name, None)) for name in STATISTICS]
            batches = (self.value("before") @ self.value("W1"), *[self.value(NORM.reads)] * 2)
            for number, batch in enumerate(batches):
                with self._trying():
                    layer.training = number < 2
                    _called(layer)(batch)
            for name, before in zip(STATISTICS, start, strict=True):
                found = _kept(getattr(layer, name, None))
                # A call that raised may have moved them by then; what has not moved says nothing.
                if len(self.failures) == failed or not (
                    found is before or identical(found, before)
                ):
                    self.scope[name] = _row(found)

    def inference(self) -> None:
        with self._trying():
            layer = self.built(NORM)
            layer.training = False
            layer.running_mean, layer.running_var = map(self.value, ("seen_mean", "seen_var"))
            self.scope["inference_out"] = _kept(_called(layer)(self.value(NORM.reads)))

    @staticmethod
    def _fit(found: Any, otherwise: torch.Tensor) -> torch.Tensor:
        """What was found, where the next layer can go on with it."""
        fits = type(found) is torch.Tensor and found.shape == otherwise.shape
        return found if fits and found.dtype == otherwise.dtype else otherwise


def _called(layer: Any) -> Callable[[torch.Tensor], Any]:
    forward: Callable[[torch.Tensor], Any] = layer if callable(layer) else layer.forward
    return forward


def _kept(value: Any) -> Any:
    """As it is now: a later line may write to it."""
    return value.clone() if type(value) is torch.Tensor else value


def _row(value: Any) -> Any:
    """(dim,) for (1, dim): with keepdim, as the lecture has it, statistics become a row."""
    row = type(value) is torch.Tensor and value.dim() == 2 and len(value) == 1
    return value[0] if row else value


def _number(value: Any) -> Any:
    """A single number of whatever type as a tensor of the default dtype; else what it is."""
    return torch.tensor(as_float(value)) if is_number(value) else value


def _numbers(values: list[Any]) -> Any:
    tensors = [_number(value) for value in values]
    unfit = [v for v in tensors if type(v) is not torch.Tensor or v.dim() > 0]
    return unfit[0] if unfit else torch.stack(tensors)
