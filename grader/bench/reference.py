"""torch's own gradients at a trial, and the scale that a difference is measured against.

Never worked out in a child or in the process it is forked from; see bench.py for when they may
be held.
"""

from dataclasses import dataclass, field

import torch

from grader.bench.trial import Tensors, Trial, evaluate
from grader.tensors import largest_entry


@dataclass(frozen=True)
class Reference:
    """torch's gradients at one trial."""

    trial: Trial
    gradients: Tensors  # by name: "counts"
    _scales: dict[str, float] = field(default_factory=dict, init=False, repr=False)
    _largest: dict[str, float] = field(default_factory=dict, init=False, repr=False)

    def largest(self, name: str) -> float:
        """The size of the gradient's largest entry."""
        if name not in self._largest:
            self._largest[name] = largest_entry(self.gradients[name])
        return self._largest[name]

    def scale(self, name: str) -> float:
        """The size that the gradient would have if nothing in it cancelled."""
        if name not in self._scales:
            self._scales[name] = _scale(self.trial, self.gradients, name)
        return self._scales[name]


def reference_for(trial: Trial) -> Reference:
    """loss.backward() with every chunk's gradient retained."""
    inputs = {
        name: value.detach().clone().requires_grad_(value.is_floating_point())
        if torch.is_tensor(value)
        else value
        for name, value in trial.inputs.items()
    }
    scope = trial.exercise.forward(**inputs)
    for chunk in trial.exercise.forward_pass.chunks:
        scope[chunk.name].retain_grad()
    scope["loss"].sum().backward()  # of numbers there is one loss a point
    gradients = {
        name: scope[name].grad
        for name in trial.exercise.forward_pass.names
        if torch.is_tensor(scope[name]) and scope[name].grad is not None
    }
    return Reference(trial, gradients | trial.expected_values(scope))


def _scale(trial: Trial, gradients: Tensors, name: str) -> float:
    """The larger of the gradient's entries and of the same sums with random signs.

    db1 and dlogit_maxes are zero but for rounding: measured against themselves, every
    rounding error would be a large one.
    """
    generator = torch.Generator().manual_seed(trial.seed)
    exercise, largest = trial.exercise, [gradients[name].abs().max().item()]
    loose = exercise.tolerance_scale.get(name, 1.0)
    if name in exercise.values:
        return largest[0] * loose
    for consumer in exercise.forward_pass.consumers[name]:
        upstream = gradients[consumer.name]
        signs = torch.randint(0, 2, upstream.shape, generator=generator) * 2 - 1
        reads = {read: trial.scope[read] for read in consumer.reads}
        reads[name] = leaf = reads[name].detach().requires_grad_()
        output = evaluate(exercise, consumer.expression, reads)
        # A scalar, for torch imports sympy (0.4 s) to check the shape of a grad_outputs.
        (contribution,) = torch.autograd.grad((output * upstream * signs).sum(), leaf)
        largest.append(contribution.abs().max().item())
    return max(largest) * loose
