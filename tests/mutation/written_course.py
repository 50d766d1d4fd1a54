"""Mistakes and right forms that learners write in the bigram network and in the GPT block."""

from collections.abc import Iterator

from .written import Written, mistake, rewrite

BIGRAMS, GPT = "warmup3", "exercise8"

COUNTED = """\
    for x, y in zip(xs, ys):
        N[x, y] += 1
"""
PICKED = """\
    dprobs = torch.zeros_like(probs)
    dprobs[range(n), ys] = dpicked
"""
TABLE = "    dC.index_add_(0, Xb.view(-1), dx1.view(-1, C.shape[1]))\n"
MATRIX = "dC = dlogits.flatten(0, 1).T @ ln3.flatten(0, 1)"
LOGITS = "(logprobs.exp() - F.one_hot(Yb, C.shape[0])) * dnll.unsqueeze(2)"
BLOCK = """\
    dx2 = lnvar_inv2 * (
        dlnraw2
        - dlnraw2.mean(2, keepdim=True)
        - lnraw2 * (lnraw2 * dlnraw2).mean(2, keepdim=True)
    )
    # And the way past the MLP: what arrives at x3, as it is.
    dx2 += dx3
"""
LAYERNORM = """\
lnvar_inv2 * (
        dlnraw2
        - dlnraw2.mean(2, keepdim=True)
        - lnraw2 * (lnraw2 * dlnraw2).mean(2, keepdim=True)
    )"""
SHARE = "(lnraw2 * dlnraw2).mean(2, keepdim=True)"
MEAN = "dlnraw2.mean(2, keepdim=True)"


def course_mistakes() -> Iterator[Written]:
    yield from bigrams()
    yield from tied()
    yield from padding()
    yield from block()


def bigrams() -> Iterator[Written]:
    yield mistake(BIGRAMS, "N", COUNTED, "    N[xs, ys] += 1\n", "last-write-wins")
    yield mistake(BIGRAMS, "N", "N[x, y] += 1", "N[y, x] += 1", "transposed")
    yield mistake(BIGRAMS, "P", ".sum(1, keepdim=True)\n    # The mean",
                  ".sum(1)\n    # The mean", "row-for-column")  # fmt: skip
    everywhere = "    dprobs = torch.ones_like(probs) * dpicked.unsqueeze(1)\n"
    yield mistake(BIGRAMS, "probs", PICKED, everywhere, "no-one-hot")
    for line, names in (
        ("2 * W / W.numel()", ("wrong-factor",)),
        ("strength * 2 * W", ("wrong-factor",)),
        ("strength * 2 * W / n", ("wrong-factor",)),
        ("strength * W**2 / W.numel()", ("wrong-exponent", "local-derivative-left-out")),
        ("strength * 2 / W.numel()", ("local-derivative-left-out", "wrong-exponent")),
    ):  # fmt: skip
        yield mistake(BIGRAMS, "W", "strength * 2 * W / W.numel()", line, *names)


def tied() -> Iterator[Written]:
    """The table's two contributions."""
    zeros = "    dC = torch.zeros_like(C)\n"
    yield mistake(GPT, "C", TABLE, zeros + TABLE, "overwritten", "contribution-missing")
    yield mistake(GPT, "C", TABLE, "", "contribution-missing")
    for line in ("    dC[Xb] += dx1\n", "    dC[Xb] = dx1\n",
                 "    for k in range(n):\n        dC[Xb[k]] += dx1[k]\n"):  # fmt: skip
        yield mistake(GPT, "C", TABLE, line, "last-write-wins", "overwritten")
    yield mistake(GPT, "C", MATRIX, f"{MATRIX} / n", "wrong-factor")


def padding() -> Iterator[Written]:
    """Positions after a name's end."""
    for line, names in (
        ("torch.ones_like(nll) / nll.numel()", ("local-derivative-left-out",)),
        ("torch.ones_like(nll) / real.sum()", ("local-derivative-left-out",)),
        ("real / n", ("wrong-factor",)),
        ("real / real.numel()", ("wrong-factor",)),
        ("real / real.sum(1, keepdim=True)", ()),
    ):
        yield Written(GPT, "written: padding", "nll", (("real / real.sum()", line),),
                      frozenset(names))  # fmt: skip
    for line, names in (
        ("(logprobs.exp() - F.one_hot(Yb, C.shape[0])) / n", ("upstream-left-out",)),
        ("(F.softmax(logits, 1) - F.one_hot(Yb, C.shape[0])) * dnll.unsqueeze(2)",
         ("summed-wrong-dimension",)),
        ("(logprobs - F.one_hot(Yb, C.shape[0])) * dnll.unsqueeze(2)", ("value-for-gradient",)),
        ("(logprobs.exp() - 1) * dnll.unsqueeze(2)", ("no-one-hot",)),
        ("(F.one_hot(Yb, C.shape[0]) - logprobs.exp()) * dnll.unsqueeze(2)", ("sign-flipped",)),
    ):  # fmt: skip
        yield mistake(GPT, "logits", LOGITS, line, *names)


def block() -> Iterator[Written]:
    """LayerNorm in one step, and the way past it."""
    yield mistake(GPT, "x2", BLOCK, f"    dx2 = {LAYERNORM}\n", "contribution-missing")
    yield mistake(GPT, "x2", BLOCK, "    dx2 = dx3.clone()\n", "contribution-missing")
    yield mistake(GPT, "x2", BLOCK, f"    dx2 = {LAYERNORM}\n    dx2 = dx3.clone()\n",
                  "overwritten", "contribution-missing")  # fmt: skip
    yield mistake(GPT, "x3", BLOCK, f"    dx2 = dx3\n    dx2 += {LAYERNORM}\n", "missing-clone",
                  also=("x2",))  # fmt: skip
    for old, new, names in (
        (SHARE, "(lnraw2 * dlnraw2).sum(2, keepdim=True) / (lnraw2.shape[2] - 1)",
         ("wrong-factor",)),
        (SHARE, "(lnraw2 * dlnraw2).sum(2, keepdim=True)", ("wrong-factor",)),
        (SHARE, "(lnraw2 * dlnraw2).mean((0, 1))", ("summed-wrong-dimension",)),
        (SHARE, "lnraw2 * dlnraw2", ("not-summed",)),
        (MEAN, "dlnraw2.mean((0, 1))", ("summed-wrong-dimension",)),
        (MEAN, "dlnraw2.mean()", ("summed-wrong-dimension",)),
        (f"- {MEAN}", f"+ {MEAN}", ("sign-flipped",)),
    ):  # fmt: skip
        yield mistake(GPT, "x2", old, new, *names)


def course_rewrites() -> Iterator[Written]:
    counted = "    N.index_put_((xs, ys), torch.ones_like(xs), accumulate=True)\n"
    yield rewrite(BIGRAMS, "index_put_", (COUNTED, counted))
    yield rewrite(BIGRAMS, "scatter_", (PICKED, "    dprobs = torch.zeros_like(probs)\n"
                  "    dprobs.scatter_(1, ys.unsqueeze(1), dpicked.unsqueeze(1))\n"))  # fmt: skip
    yield rewrite(BIGRAMS, "closed form", ("dlogits = counts * dcounts",
                  "dlogits = probs / n\n    dlogits[range(n), ys] -= 1 / n"))  # fmt: skip
    residual = f"    dx2 = dx3 + {LAYERNORM}\n"
    yield rewrite(GPT, "one sum", (BLOCK, residual))
    yield rewrite(GPT, "closed form", (LOGITS, LOGITS.replace("dnll", "(real / real.sum())")))
    yield rewrite(GPT, "einsum", (MATRIX, "dC = torch.einsum('btv,bte->ve', dlogits, ln3)"))
    yield rewrite(GPT, "scatter_add_", (LOGITS, "logprobs.exp() * dnll.unsqueeze(2)\n"
                  "    dlogits.scatter_add_(2, Yb.unsqueeze(2), -dnll.unsqueeze(2))"))  # fmt: skip
    yield rewrite(GPT, "table first", (MATRIX, "dC = torch.zeros_like(C)\n"
                  "    dC += dlogits.flatten(0, 1).T @ ln3.flatten(0, 1)"))  # fmt: skip
