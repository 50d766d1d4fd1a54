"""The worked answer cut into cells at random, with what stands around it in real notebooks."""

import random
import textwrap

import pytest

from tests.notebook_files import HEAD, answer_lines, graded_cells

SEEDS = 16
BESIDE = (
    "plt.imshow(dlogits.detach(), cmap='gray')", "cmp('logits', dlogits, logits)", "dh.shape, dC",
    "print(dC[0])", "(dh - h.grad).abs().max()", "a = torch.randn(3, 2)\nb = a.sum(0)",
    "for p in parameters:\n    p.grad = None", "loss.backward(retain_graph=True)",
    "torch.set_printoptions(sci_mode=False)", "x = dlogits.clone()\nx[0] = 5",
    "logits.retain_grad()", "F.softmax(logits, 1)[0]", "del a", "assert True", "# nothing",
)  # fmt: skip
IPYTHONS = ("!ls", "%timeit dlogits @ W2.T", "dlogits?")
# A line of the answer, and another for it.
MISTAKES = {
    "dh = dlogits @ W2.T": "dh = dlogits @ W2.T * 2",
    "dW1 = embcat.T @ dhprebn": "dW1 = -embcat.T @ dhprebn",
    "db2 = dlogits.sum(0)": "db2 = dlogits.mean(0)",
    "dprobs = 1.0 / probs * dlogprobs": "dprobs = 1.0 * dlogprobs",
    "dbnraw = bngain * dhpreact": "dbnraw = dhpreact",
}


def cells_of(draw: random.Random, lines: list[str]) -> list[str]:
    """Without cutting between two lines of one gradient."""
    cells: list[str] = []
    for line in lines:
        again = cells and line.split("[")[0].split()[0] in cells[-1].split()
        if cells and (again or line.startswith("for") or draw.random() < 0.6):
            cells[-1] += "\n" + line
        else:
            cells.append(line)
    cells = [styled(draw, cell) for cell in cells]
    if draw.random() < 0.3:
        at = draw.randrange(len(cells) - 1)
        cells[at : at + 2] = cells[at + 1], cells[at]
    every = [HEAD]
    for cell in cells:
        while draw.random() < 0.3:
            every.append(draw.choice((*BESIDE, *IPYTHONS)))
        every.append(cell)
    return every


def styled(draw: random.Random, cell: str) -> str:
    return draw.choice(
        [
            cell, cell, cell, cell,
            textwrap.indent(cell, "  "),
            "with torch.no_grad():\n" + textwrap.indent(cell, "  "),
            "if True:\n" + textwrap.indent(cell, "    "),
            f"%%time\n{cell}",
            cell.replace("keepdim", "keepdims"),
            f"{cell}\n{draw.choice(BESIDE)}",
            f"# as on paper\n\n{cell}  # done",
        ]
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(SEEDS))
def test_however_it_is_cut_what_is_right_passes_and_what_is_wrong_is_named(seed: int) -> None:
    draw, lines = random.Random(seed), answer_lines()
    wrong = draw.choice([None, *MISTAKES])
    assert wrong is None or lines.count(wrong) == 1
    cells = cells_of(draw, [MISTAKES[line] if line == wrong else line for line in lines])
    report = graded_cells("exercise1", *cells)
    found = [
        gradient.place and gradient.place.source.partition("  #")[0]
        for gradient in report.gradients
        if not gradient.passes and gradient.verdict != "inherited"
    ]
    assert found == ([] if wrong is None else [MISTAKES[wrong]])
    assert report.passed == (wrong is None)
