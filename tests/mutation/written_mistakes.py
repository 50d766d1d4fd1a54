"""Mistakes that no operator makes: those learners make with several lines, or by copying."""

from collections.abc import Iterator

from .written import Written, mistake

ONE, FOUR = "exercise1", "exercise4"

DC_LOOP = """\
    for k in range(Xb.shape[0]):
        for j in range(Xb.shape[1]):
            dC[Xb[k, j]] += demb[k, j]
"""
LOGPROBS = """\
    dlogprobs = torch.zeros_like(logprobs)
    dlogprobs[range(n), Yb] = -1.0 / n
"""
DC_ADDED = "    dC.index_add_(0, Xb.view(-1), demb.view(-1, C.shape[1]))\n"


def written_mistakes() -> Iterator[Written]:
    yield from indexed()
    yield from aliases()
    yield from forward_values()
    yield from whole_lines()
    yield from fused()
    yield from not_gradients()


def indexed() -> Iterator[Written]:
    for exercise, text in ((ONE, DC_LOOP), (FOUR, DC_ADDED)):
        for line in (
            "    dC[Xb] = demb\n",
            "    dC[Xb] += demb\n",
            "    dC = dC.index_put((Xb,), demb)\n",
            "    for k in range(n):\n        dC[Xb[k]] += demb[k]\n",
            "    for j in range(Xb.shape[1]):\n        dC[Xb[:, j]] += demb[:, j]\n",
        ):
            yield mistake(exercise, "C", text, line, "last-write-wins", "overwritten")
    for old, new in (
        ("range(Xb.shape[0])", "range(Xb.shape[0] - 1)"),
        ("range(Xb.shape[1])", "range(1, Xb.shape[1])"),
        ("range(Xb.shape[0])", "range(0, Xb.shape[0], 2)"),
    ):
        yield mistake(ONE, "C", old, new, "contribution-missing")


def aliases() -> Iterator[Written]:
    """The upstream gradient written to in place: it is the one that ends up wrong."""
    for exercise in (ONE, FOUR):
        yield mistake(
            exercise, "h", "dhpreact = (1.0 - h**2) * dh",
            "dhpreact = dh\n    dhpreact *= 1.0 - h**2", "missing-clone",
        )  # fmt: skip
        yield mistake(
            exercise, "embcat", "demb = dembcat.view(emb.shape)",
            "demb = dembcat.view(emb.shape)\n    dembcat *= 2", "missing-clone",
            "wrong-factor", "contribution-twice", also=("emb",),
        )  # fmt: skip
    yield mistake(
        ONE, "counts", "dnorm_logits = counts * dcounts",
        "dnorm_logits = dcounts\n    dnorm_logits *= counts", "missing-clone",
    )  # fmt: skip
    yield mistake(
        ONE, "hpreact", "dbnraw = bngain * dhpreact",
        "dbnraw = dhpreact\n    dbnraw *= bngain", "missing-clone",
    )  # fmt: skip
    yield mistake(
        ONE, "bnraw", "dbndiff = bnvar_inv * dbnraw",
        "dbndiff = dbnraw.mul_(bnvar_inv)", "missing-clone",
    )  # fmt: skip


def forward_values() -> Iterator[Written]:
    """A forward value written to in place: a line further down reads it."""
    changed = "forward-value-changed"
    yield mistake(
        ONE, "norm_logits", "dcounts_sum_inv = (counts * dprobs)",
        "dcounts_sum_inv = counts.mul_(dprobs)", changed, also=("counts_sum_inv",),
    )  # fmt: skip
    yield mistake(
        ONE, "bndiff", "dbnvar_inv = (bndiff * dbnraw)",
        "dbnvar_inv = bndiff.mul_(dbnraw)", changed, also=("bnvar_inv",),
    )  # fmt: skip
    yield mistake(
        ONE, "norm_logits", "dcounts = counts_sum_inv * dprobs",
        "dcounts = counts.copy_(counts_sum_inv * dprobs)", changed, also=("counts",),
    )  # fmt: skip
    yield mistake(
        FOUR, "hprebn", "dbngain = (bnraw * dhpreact)",
        "dbngain = bnraw.mul_(dhpreact)", changed, also=("bngain",),
    )  # fmt: skip


def whole_lines() -> Iterator[Written]:
    everywhere = "    dlogprobs = -1.0 / n * torch.ones_like(logprobs)\n"
    yield mistake(ONE, "logprobs", LOGPROBS, everywhere, "no-one-hot")
    # Read before its second contribution has been added.
    counts = "    dcounts += torch.ones_like(counts) * dcounts_sum\n"
    norm = "    dnorm_logits = counts * dcounts\n"
    yield mistake(ONE, "norm_logits", counts + norm, norm + counts,
                  "contribution-missing", "used-too-early")  # fmt: skip
    for exercise in (ONE, FOUR):
        yield mistake(
            exercise, "emb", "dembcat.view(emb.shape)",
            "dembcat.view(n, C.shape[1], -1).transpose(1, 2)", "transposed",
        )  # fmt: skip
        yield mistake(
            exercise, "b1", "db1 = dhprebn.sum(0)", "db1 = torch.zeros_like(b1)",
            "zero-by-structure", "upstream-left-out", "memorised-numbers", "contribution-missing",
        )  # fmt: skip
        # Both names have the other's value: the first of the two lines is as good an answer.
        yield Written(
            exercise, "written: wrong-name", "h",
            (("dh = dlogits", "dhpreact = dlogits"),
             ("dhpreact = (1.0 - h**2) * dh", "dh = (1.0 - h**2) * dhpreact"),
             *(_use(old, "dhpreact", "dh") for old in _USES[exercise])),
            frozenset({"wrong-name", "value-for-gradient"}), frozenset({"hpreact"}),
        )  # fmt: skip
    yield mistake(
        ONE, "logit_maxes", "dlogit_maxes = (-dnorm_logits).sum(1, keepdim=True)",
        "dlogit_maxes = torch.zeros_like(logit_maxes)",
        "zero-by-structure", "upstream-left-out", "memorised-numbers", "contribution-missing",
    )  # fmt: skip


_BATCHNORM = """\
        n * dhpreact
        - dhpreact.sum(0)
        - n / (n - 1) * bnraw * (dhpreact * bnraw).sum(0)
"""
_USES = {
    ONE: ("(bnraw * dhpreact)", "dbnbias = dhpreact", "bngain * dhpreact"),
    FOUR: ("(bnraw * dhpreact)", "dbnbias = dhpreact", _BATCHNORM),
}


def _use(old: str, name: str, other: str) -> tuple[str, str]:
    return old, old.replace(name, other)


def fused() -> Iterator[Written]:
    softmax = """\
    dlogits = F.softmax(logits, 1)
    dlogits[range(n), Yb] -= 1
    dlogits /= n
"""
    for exercise in ("exercise2", FOUR):
        for line, names in (
            ("F.softmax(logits, 1) / n", ("no-one-hot",)),
            ("(F.softmax(logits, 1) - 1) / n", ("no-one-hot",)),
            ("(F.one_hot(Yb, logits.shape[1]) - F.softmax(logits, 1)) / n", ("sign-flipped",)),
            ("F.softmax(logits, 1) - F.one_hot(Yb, logits.shape[1])", ("wrong-factor",)),
            ("-F.one_hot(Yb, logits.shape[1]).to(logits.dtype) / n",
             ("contribution-missing", "local-derivative-left-out")),
            ("(logits - F.one_hot(Yb, logits.shape[1])) / n",
             ("value-for-gradient",)),
            ("(F.softmax(logits, 1) - F.one_hot(Yb, logits.shape[1])) / logits.numel()",
             ("wrong-factor", "mean-for-sum")),
        ):  # fmt: skip
            yield mistake(exercise, "logits", softmax, f"    dlogits = {line}\n", *names)
    whole = f"""\
    dhprebn = bngain * bnvar_inv / n * (
{_BATCHNORM}    )
"""
    for exercise in ("exercise3", FOUR):
        for line, names in (
            ("bngain * bnvar_inv * dhpreact", ("contribution-missing",)),
            ("bngain * bnvar_inv * (dhpreact - dhpreact.mean(0))", ("contribution-missing",)),
            ("bngain * bnvar_inv * (dhpreact - dhpreact.mean(0)"
             " - bnraw * (dhpreact * bnraw).mean(0))", ("wrong-factor",)),
            ("bngain * bnraw / n * (n * dhpreact - dhpreact.sum(0)"
             " - n / (n - 1) * bnraw * (dhpreact * bnraw).sum(0))",
             ("value-for-gradient", "local-derivative-left-out")),
        ):  # fmt: skip
            yield mistake(exercise, "hprebn", whole, f"    dhprebn = {line}\n", *names)


def not_gradients() -> Iterator[Written]:
    """Numbers, lists, infinities and other dtypes in the place of a gradient."""
    yield mistake(ONE, "probs", "(1.0 / probs)", "(1.0 / (probs - probs))", "not-finite")
    yield mistake(ONE, "bnvar", "(bnvar + 1e-5)", "(-bnvar)", "not-finite")
    yield mistake(ONE, "logit_maxes", "(-dnorm_logits).sum(1, keepdim=True)", "0.0",
                  "not-a-tensor", "zero-by-structure")  # fmt: skip
    for exercise in (ONE, FOUR):
        yield mistake(exercise, "b2", "dlogits.sum(0)", "dlogits.sum(0).tolist()", "not-a-tensor")
        yield mistake(exercise, "b1", "dhprebn.sum(0)", "0", "not-a-tensor", "zero-by-structure")
        yield mistake(exercise, "W2", "h.T @ dlogits", "(h.T @ dlogits).half()", "wrong-dtype")
        yield mistake(exercise, "b2", "dlogits.sum(0)", "dlogits.sum(0).long()", "wrong-dtype")
        yield mistake(exercise, "bngain", "(bnraw * dhpreact).sum(0, keepdim=True)",
                      "(bnraw * dhpreact).sum(0, keepdim=True).to(torch.bfloat16)",
                      "wrong-dtype")  # fmt: skip
        yield mistake(exercise, "W1", "embcat.T @ dhprebn", "torch.tensor(0.0)", "wrong-shape")
        yield mistake(exercise, "emb", "dembcat.view(emb.shape)", "dembcat", "wrong-shape",
                      "local-derivative-left-out")  # fmt: skip
