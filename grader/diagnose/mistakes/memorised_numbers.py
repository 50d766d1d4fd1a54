"""The numbers are right for one seed only.

**What it is.** On the lecture's seed the numbers agree; with other random inputs of the
same sizes they do not. They were copied, or they depend on something that just happened to
hold.

**Why it matters.** A backward pass is a function of the values it is given.

**Example.** `dx = torch.tensor([0.25, -1.5])` instead of an expression in x and dy.

**How to see it.** Try `--seed 1`, then ask which value the line should have read.
"""


def message(where: str, said: str | None = None, line: int | None = None) -> str:
    if said:
        return f"Right for these inputs; for others ({where}) it raises: {said}"
    return f"Right for these inputs, wrong for others ({where}): it does not depend on its inputs."
