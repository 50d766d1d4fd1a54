"""Right answers in other words: how else a learner may write a gradient."""

from collections.abc import Iterator

from .written import Written, rewrite
from .written_mistakes import DC_ADDED, DC_LOOP, FOUR, LOGPROBS, ONE

_COUNTS = """\
    dcounts = counts_sum_inv * dprobs
    dcounts += torch.ones_like(counts) * dcounts_sum
"""
_LOGITS = """\
    dlogits = dnorm_logits.clone()
    dlogits += F.one_hot(logits.max(1).indices, num_classes=logits.shape[1]) * dlogit_maxes
"""
_FUSED_LOGITS = """\
    dlogits = F.softmax(logits, 1)
    dlogits[range(n), Yb] -= 1
    dlogits /= n
"""
_HPREBN = """\
    dhprebn = dbndiff.clone()
    dhprebn += 1.0 / n * (torch.ones_like(hprebn) * dbnmeani)
"""
_FUSED_HPREBN = """\
    dhprebn = bngain * bnvar_inv / n * (
        n * dhpreact
        - dhpreact.sum(0)
        - n / (n - 1) * bnraw * (dhpreact * bnraw).sum(0)
    )
"""
_DEF = "\n\ndef backward("


def written_rewrites() -> Iterator[Written]:
    yield from indexed()
    yield from chunks()
    yield from closed_forms()
    yield from fused()
    yield from program()


def indexed() -> Iterator[Written]:
    flat = "Xb.view(-1), demb.view(-1, C.shape[1])"
    rows = "Xb.view(-1, 1).expand(-1, C.shape[1]), demb.view(-1, C.shape[1])"
    for exercise, text in ((ONE, DC_LOOP), (FOUR, DC_ADDED)):
        for label, line in (
            ("index_add_", f"    dC.index_add_(0, {flat})\n"),
            ("index_add", f"    dC = dC.index_add(0, {flat})\n"),
            ("scatter_add_", f"    dC.scatter_add_(0, {rows})\n"),
            ("index_put_", "    dC.index_put_((Xb,), demb, accumulate=True)\n"),
            ("one-hot product", "    hot = F.one_hot(Xb.view(-1), C.shape[0]).to(demb.dtype)\n"
             "    dC += hot.T @ demb.view(-1, C.shape[1])\n"),
            ("loop", "    for row, grads in zip(Xb, demb):\n        for index, grad in"
             " zip(row, grads):\n            dC[index] += grad\n"),
            ("loop over letters", "    for letter in range(C.shape[0]):\n"
             "        dC[letter] = demb[Xb == letter].sum(0)\n"),
        ):  # fmt: skip
            if line != text:
                yield rewrite(exercise, label, (text, line))


def chunks() -> Iterator[Written]:
    for label, old, new in (
        ("one-hot", LOGPROBS,
         "    dlogprobs = -F.one_hot(Yb, logprobs.shape[1]).to(logprobs.dtype) / n\n"),
        ("loop", LOGPROBS, "    dlogprobs = torch.zeros_like(logprobs)\n"
         "    for k in range(n):\n        dlogprobs[k, Yb[k]] = -1 / n\n"),
        ("scatter_", LOGPROBS, "    dlogprobs = torch.zeros_like(logprobs)\n"
         "    dlogprobs.scatter_(1, Yb.view(-1, 1), -1 / n)\n"),
        ("one sum", _COUNTS, "    dcounts = counts_sum_inv * dprobs + dcounts_sum\n"),
        ("other order", _COUNTS, "    dcounts = torch.ones_like(counts) * dcounts_sum\n"
         "    dcounts += counts_sum_inv * dprobs\n"),
        ("add_", _COUNTS, "    dcounts = counts_sum_inv * dprobs\n"
         "    dcounts.add_(dcounts_sum)\n"),
        ("parts", _COUNTS, "    dcounts_1 = counts_sum_inv * dprobs\n"
         "    dcounts_2 = dcounts_sum.expand_as(counts)\n    dcounts = dcounts_1 + dcounts_2\n"),
        ("another value", "dprobs = (1.0 / probs) * dlogprobs",
         "dprobs = dlogprobs * counts_sum / counts"),
        ("another value", "dnorm_logits = counts * dcounts",
         "dnorm_logits = norm_logits.exp() * dcounts"),
        ("another value", "(-(counts_sum**-2))", "(-(counts_sum_inv**2))"),
        ("another value", "(-0.5 * (bnvar + 1e-5) ** -1.5)", "(-0.5 * bnvar_inv**3)"),
        ("another value", "(1.0 - h**2)", "(1.0 - hpreact.tanh()**2)"),
        ("argmax", "logits.max(1).indices", "logits.argmax(1)"),
        ("mask", _LOGITS, "    dlogits = dnorm_logits + (logits == logit_maxes) * dlogit_maxes\n"),
        ("scatter_add_", _LOGITS, "    dlogits = dnorm_logits.clone()\n"
         "    dlogits.scatter_add_(1, logits.argmax(1, keepdim=True), dlogit_maxes)\n"),
        ("loop", _LOGITS, "    dlogits = dnorm_logits.clone()\n    for k in range(n):\n"
         "        dlogits[k, logits[k].argmax()] += dlogit_maxes[k, 0]\n"),
        ("one sum", _HPREBN, "    dhprebn = dbndiff + dbnmeani / n\n"),
        ("expand", "(1.0 / (n - 1)) * torch.ones_like(bndiff2) * dbnvar",
         "(dbnvar / (n - 1)).expand_as(bndiff2)"),
        ("two names", "    dh = dlogits @ W2.T\n    dW2 = h.T @ dlogits\n",
         "    dh, dW2 = dlogits @ W2.T, h.T @ dlogits\n"),
        ("reshape", "dembcat.view(emb.shape)", "dembcat.reshape(n, Xb.shape[1], -1)"),
        ("mean", "dlogits.sum(0)", "dlogits.mean(0) * n"),
    ):  # fmt: skip
        yield rewrite(ONE, label, (old, new))


def closed_forms() -> Iterator[Written]:
    """Several chunks at once inside exercise1: right, though not the chunk's own VJP."""
    softmax = _FUSED_LOGITS
    yield rewrite(ONE, "closed form", (_LOGITS, softmax))
    yield rewrite(ONE, "closed form", ("dnorm_logits = counts * dcounts",
                  "dnorm_logits = (probs - F.one_hot(Yb, probs.shape[1])) / n"))  # fmt: skip
    yield rewrite(ONE, "closed form", (_HPREBN, _FUSED_HPREBN))
    yield rewrite(
        ONE, "closed form",
        (_COUNTS, "    dcounts = counts_sum_inv * ("
         "dprobs - (dprobs * probs).sum(1, keepdim=True))\n"),
    )  # fmt: skip
    yield rewrite(
        ONE, "closed form",
        (_LOGITS, _LOGITS.replace("dlogit_maxes", "(-dnorm_logits.sum(1, keepdim=True))")),
    )  # fmt: skip


def fused() -> Iterator[Written]:
    for exercise in ("exercise2", FOUR):
        for label, line in (
            ("one expression", "(F.softmax(logits, 1) - F.one_hot(Yb, logits.shape[1])) / n"),
            ("exp", "(logits.exp() / logits.exp().sum(1, keepdim=True)"
             " - F.one_hot(Yb, logits.shape[1])) / n"),
        ):  # fmt: skip
            yield rewrite(exercise, label, (_FUSED_LOGITS, f"    dlogits = {line}\n"))
    for exercise in ("exercise3", FOUR):
        for label, line in (
            ("means", "bngain * bnvar_inv * (dhpreact - dhpreact.mean(0)"
             " - bnraw * (dhpreact * bnraw).sum(0) / (n - 1))"),
            ("keepdim", "bngain * bnvar_inv / n * (n * dhpreact - dhpreact.sum(0, keepdim=True)"
             " - n / (n - 1) * bnraw * (dhpreact * bnraw).sum(0, keepdim=True))"),
        ):  # fmt: skip
            yield rewrite(exercise, label, (_FUSED_HPREBN, f"    dhprebn = {line}\n"))


def program() -> Iterator[Written]:
    """The same numbers from another program: functions, names, what is returned."""
    functions = (
        "\n\ndef to_row(values):\n    return values.sum(0, keepdim=True)\n"
        "\n\ndef through_tanh(h, dh):\n    return (1.0 - h**2) * dh\n"
    )
    for exercise in (ONE, FOUR):
        yield rewrite(
            exercise, "functions", (_DEF, functions + _DEF),
            ("(bnraw * dhpreact).sum(0, keepdim=True)", "to_row(bnraw * dhpreact)"),
            ("dbnbias = dhpreact.sum(0, keepdim=True)", "dbnbias = to_row(dhpreact)"),
            ("(1.0 - h**2) * dh", "through_tanh(h, dh)"),
        )  # fmt: skip
        yield rewrite(exercise, "upstream renamed", ("dW2 = h.T @ dlogits",
                      "g = dlogits\n    dW2 = h.T @ g"))  # fmt: skip
        yield rewrite(exercise, "no_grad", ("    dW2 = h.T @ dlogits\n",
                      "    with torch.no_grad():\n        dW2 = h.T @ dlogits\n"))  # fmt: skip
        yield rewrite(exercise, "locals kept", ("    return locals()",
                      "    gradients = dict(locals())\n    return gradients"))  # fmt: skip
        yield rewrite(exercise, "nested function", (
            "    db2 = dlogits.sum(0)\n",
            "    def over_batch(g):\n        return g.sum(0)\n\n    db2 = over_batch(dlogits)\n",
        ))  # fmt: skip
        yield rewrite(exercise, "one branch", (
            "    db2 = dlogits.sum(0)\n",
            "    if n > 1:\n        db2 = dlogits.sum(0)\n    else:\n        db2 = dlogits[0]\n",
        ))  # fmt: skip
