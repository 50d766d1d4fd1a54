"""What a deep stack of layers does: activations, gradients, and how far a step moves weights.

Records of plain numbers, as the diagnostic plots show them. Source: Zero to Hero, makemore
part 3. Imports no torch.
"""

from dataclasses import dataclass

GAINS = (1.0, 5 / 3, 3.0)  # too small for tanh, right, too large
SATURATED = 0.97
RIGHT_UPDATE = 1e-3  # of the weights in a step: about right, says the lecture


@dataclass(frozen=True)
class Spread:
    """The entries of a tensor as a histogram."""

    low: float  # where the first bin begins
    high: float  # where the last one ends
    shares: tuple[float, ...]  # of all entries, bin by bin; those beyond the ends are in none
    mean: float
    std: float


@dataclass(frozen=True)
class TanhLayer:
    activations: Spread  # at the first step
    saturated: float  # the share of them beyond SATURATED
    dead: int  # units saturated for every example
    gradients: Spread  # of the loss with respect to them


@dataclass(frozen=True)
class LayerStatistics:
    gain: float
    normalised: bool  # with BatchNorm after each Linear but the last
    layers: tuple[TanhLayer, ...]
    gradient_to_data: tuple[float, ...]  # of each weight, standard deviations, first step
    update_to_data: tuple[tuple[float, ...], ...]  # of each weight, at each step
    losses: tuple[float, ...]  # at each step
