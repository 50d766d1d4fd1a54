"""The lecture's network and minibatch on a list of names, every draw seeded.

Source: "Building makemore Part 4: Becoming a Backprop Ninja". Its order of draws, its
scales and its seed are kept (it leaves bngain and bnbias unseeded; here they are not).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from grader.course.names import NameData

# Different from one another, so that no mistaken broadcast fits by luck.
SIZES = {"n": 32, "block_size": 3, "n_embd": 10, "n_hidden": 64}
OTHER_SIZES = {"n": 7, "block_size": 5, "n_embd": 4, "n_hidden": 11}


def parameters(data: NameData, sizes: dict[str, int], generator: Any) -> dict[str, Any]:
    """C, W1, b1, W2, b2, bngain, bnbias, float32, drawn as the lecture draws them."""
    import torch

    def randn(*shape: int) -> Any:
        return torch.randn(shape, generator=generator)

    vocab_size, n_hidden = len(data.letters), sizes["n_hidden"]
    fan_in = sizes["n_embd"] * sizes["block_size"]
    return {
        "C": randn(vocab_size, sizes["n_embd"]),
        "W1": randn(fan_in, n_hidden) * (5 / 3) / fan_in**0.5,
        "b1": randn(n_hidden) * 0.1,
        "W2": randn(n_hidden, vocab_size) * 0.1,
        "b2": randn(vocab_size) * 0.1,
        "bngain": randn(1, n_hidden) * 0.1 + 1.0,
        "bnbias": randn(1, n_hidden) * 0.1,
    }


def minibatch(data: NameData, sizes: dict[str, int], generator: Any) -> dict[str, Any]:
    """n, Xb (n, block_size) and Yb (n,), int64, drawn from the training split."""
    import torch

    train, _, _ = data.split(sizes["block_size"])
    positions = torch.randint(0, len(train), (sizes["n"],), generator=generator).tolist()
    contexts, targets = zip(*(train[position] for position in positions), strict=True)
    return {"n": sizes["n"], "Xb": torch.tensor(contexts), "Yb": torch.tensor(targets)}


def contexts(
    words: Sequence[str], index_of: Mapping[str, int], sizes: Mapping[str, int]
) -> dict[str, Any]:
    """Every example of these words: Xb (examples, block_size) and Yb (examples,), int64."""
    import torch

    width = sizes["block_size"]
    stream: list[int] = []
    starts: list[int] = []
    for word in words:
        start = len(stream)
        stream += [0] * width
        stream += [index_of[letter] for letter in word]
        stream.append(0)
        starts += range(start, len(stream) - width)
    windows = torch.tensor(stream).unfold(0, width + 1, 1)[starts]
    return {"Xb": windows[:, :-1].contiguous(), "Yb": windows[:, -1].contiguous()}


def network_and_batch(data: NameData, seed: int, sizes: dict[str, int]) -> dict[str, Any]:
    """Everything the forward pass of exercises 1 and 4 is given."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    network = parameters(data, sizes, generator)
    return minibatch(data, sizes, generator) | network
