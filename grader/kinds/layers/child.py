"""Use the layers of a learner's file: forward, then backward, and whatever else is declared.

In the chain each layer reads what the one before it gave, and its backward is handed what the
one after it returned. Alone, each reads the forward pass's own value and a stand-in for its
upstream gradient; in the place of layers inside it there are stand-ins too. What fails costs
what it makes, and nothing else: the layers around it go on with the forward pass's value. Which
layers there are, and how they are made, is the course's declaration. Runs in the child.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import torch

from grader.child.call import ChildCall
from grader.kinds.layers import Network, OtherUse, Stage
from grader.kinds.layers.learner_layer import built, forward, gradient_of, named
from grader.kinds.layers.stand_ins import stand_in_layers
from grader.kinds.numbers.child import as_float, is_number
from grader.rows import gradient_key
from grader.tensors import identical, is_dense


def call_layers(call: ChildCall, scope: dict[str, Any]) -> None:
    """Raises what the learner's code raised first, when all of it has been tried."""
    use = _Use(call, Network.read(call.setup.declared), scope)
    use.functions()
    if call.stand_ins is None:
        use.chain()
    else:
        for stage in use.network.every_stage():
            use.alone(stage, call.stand_ins)
    for other in use.network.other_uses:
        use.otherwise(other)
    for key in scope.keys() - {row.key for row in call.setup.rows}:
        del scope[key]  # of a method with nothing in it
    if use.failures:
        raise use.failures[0]


@dataclass
class _Use:
    """All that is done with the layers in one call."""

    call: ChildCall
    network: Network
    scope: dict[str, Any]  # the results, by the learner's names
    failures: list[Exception] = field(default_factory=list)

    @contextmanager
    def trying(self) -> Iterator[None]:
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

    def functions(self) -> None:
        for function in self.network.functions:
            with self.trying():
                called = named(self.call.module, function.row, "function")
                if function.each:
                    numbers = self.value(function.reads).tolist()
                    self.scope[function.row] = _numbers([called(number) for number in numbers])
                else:
                    self.scope[function.row] = _number(called(self.value(function.reads)))

    def built(self, stage: Stage, inside: list[Any] | None = None, **settings: Any) -> Any:
        """A layer with the network's parameters. Raises what the learner's code raises.

        `inside`: in the place of the layers that it calls; None makes these of the learner's.
        """
        if inside is None:
            inside = [self.built(inner) for inner in stage.inside]
        reads, gives = self.value(stage.reads), self.value(stage.gives)
        widths = {"in": reads.shape[-1], "out": gives.shape[-1]}
        known = {**self.call.given, **widths, "layers": inside}
        arguments = [known[argument] for argument in stage.arguments]
        layer = built(self.call.module, stage.layer, *arguments, **stage.settings, **settings)
        for attribute, value in stage.parameters.items():
            setattr(layer, attribute, self.value(value))
        return layer

    def chain(self) -> None:
        layers = [_LayerInChain(self, stage) for stage in self.network.stages]
        value = self.value(layers[0].stage.reads)
        for layer in layers:
            value = layer.run_forward(value)
        self.others()
        gradient = self.value(gradient_key(layers[-1].stage.gives))
        for layer in reversed(layers):
            gradient = layer.run_backward(gradient)

    def others(self) -> None:
        """A second layer of each kind, used in between: what one keeps is not the other's."""
        for stage in self.network.every_stage():
            with suppress(Exception):  # known from the chain already
                forward(self.built(stage), self.value(stage.reads).roll(1, 1))

    def alone(self, stage: Stage, stand_ins: Mapping[str, torch.Tensor]) -> None:
        def upstream(name: str) -> torch.Tensor:
            found = stand_ins.get(name)
            return self.value(gradient_key(name)) if found is None else found.clone()

        with self.trying():
            inside = self._stand_ins(stage, upstream) if stage.inside else []
            layer = self.built(stage, inside)
            self.forward(stage, layer, self.value(stage.reads))
            self.backward(stage, layer, upstream(stage.gives))

    def _stand_ins(self, stage: Stage, upstream: Callable[[str], torch.Tensor]) -> list[Any]:
        first, last = stage.inside[0], stage.inside[-1]
        return stand_in_layers(
            (self.value(first.reads), self.value(last.gives)),
            upstream(first.reads),
            lambda gradient: self.handed(last, gradient),
        )

    def handed(self, stage: Stage, gradient: Any) -> None:
        """The upstream gradient that the layer around this one handed to its backward."""
        self.scope[gradient_key(stage.gives)] = _kept(gradient)

    def forward(self, stage: Stage, layer: Any, value: torch.Tensor) -> Any:
        out = forward(layer, value)
        self.scope[stage.output] = _kept(out)
        return out

    def backward(self, stage: Stage, layer: Any, gradient: torch.Tensor) -> None:
        with self.trying():
            self.scope[gradient_key(stage.reads)] = _kept(layer.backward(gradient))
        for attribute, value in stage.parameters.items():
            with self.trying():
                self.scope[gradient_key(value)] = _kept(gradient_of(layer, attribute))

    def otherwise(self, use: OtherUse) -> None:
        """A layer of its own, called one time after another."""
        (stage,) = (stage for stage in self.network.every_stage() if stage.gives == use.gives)
        failed = len(self.failures)
        with self.trying():
            settings = {name: self.call.given[value] for name, value in use.settings.items()}
            layer = self.built(stage, **settings)
            for attribute, value in use.attributes.items():
                setattr(layer, attribute, self.value(value))
            start = [_kept(getattr(layer, name, None)) for name in use.keeps]
            out = None
            for value, training in use.calls:
                with self.trying():
                    layer.training = training
                    out = None
                    out = _kept(forward(layer, self.value(value)))
            if use.output is not None:
                self.scope[use.output] = out
            for name, before in zip(use.keeps, start, strict=True):
                found = _kept(getattr(layer, name, None))
                # A call that raised may have moved them by then; what has not moved says nothing.
                if len(self.failures) == failed or not (
                    found is before or identical(found, before)
                ):
                    self.scope[name] = _row(found)


class _LayerInChain:
    """A learner's layer among the others. Those inside it are handed to it as such, too."""

    def __init__(self, use: _Use, stage: Stage, last_inside: bool = False) -> None:
        self.use, self.stage, self.last_inside = use, stage, last_inside
        last = stage.inside[-1:]
        self.inside = [_LayerInChain(use, inner, inner in last) for inner in stage.inside]
        self.layer: Any = None  # where its forward went through: what backward reads was kept
        self.went_forward = self.went_back = False

    def run_forward(self, value: torch.Tensor) -> torch.Tensor:
        """What it gave, or else what the forward pass has."""
        self.went_forward, out, given = True, None, value
        with self.use.trying():
            layer = self.use.built(self.stage, self.inside)
            out = self.use.forward(self.stage, layer, value)
            self.layer = layer
        for inner in self.inside:  # that it did not call
            given = given if inner.went_forward else inner.run_forward(given.clone())
        return self._fit(out, self.use.value(self.stage.gives))

    def run_backward(self, gradient: torch.Tensor) -> torch.Tensor:
        """What it returned, or else ones: for the layer before it to write to."""
        self.went_back, given = True, gradient.clone()
        if self.layer is not None:
            self.use.backward(self.stage, self.layer, gradient)
        for inner in reversed(self.inside):
            given = given if inner.went_back else inner.run_backward(given)
        reads = self.use.value(self.stage.reads)
        found = self.use.scope.get(gradient_key(self.stage.reads))
        return self._fit(found, torch.ones_like(reads)).clone()

    # As the layer around it calls it. Neither writes to a tensor of the other's.

    def __call__(self, value: Any) -> torch.Tensor:
        reads = self.use.value(self.stage.reads)
        return self.run_forward(self._fit(_kept(value), reads)).clone()

    def forward(self, value: Any) -> torch.Tensor:
        return self(value)

    def backward(self, gradient: Any) -> torch.Tensor:
        if self.last_inside:  # of the others, it is what the one after it returned
            self.use.handed(self.stage, gradient)
        gives = self.use.value(self.stage.gives)
        return self.run_backward(self._fit(_kept(gradient), torch.ones_like(gives)))

    @staticmethod
    def _fit(found: Any, otherwise: torch.Tensor) -> torch.Tensor:
        """What was found, where the next layer can go on with it."""
        fits = is_dense(found) and found.shape == otherwise.shape
        return found if fits and found.dtype == otherwise.dtype else otherwise


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
