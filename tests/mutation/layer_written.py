"""Forward passes, statistics and measures as learners get them wrong, and right in other forms."""

from collections.abc import Iterator

# (operator, what stands in the place of what, the ids that name it rightly)
Change = tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]

OLD_MEAN, NEW_MEAN = "(1 - self.momentum) * self.running_mean", "self.momentum * mean"
OLD_VAR, NEW_VAR = "(1 - self.momentum) * self.running_var", "self.momentum * var"
BATCH, RUNNING = "(x - mean) * self.inv", "(x - self.running_mean) * (self.running_var + self.eps)"
GIVEN, SEEN = "self.gain * self.xhat + self.bias", "self.gain * xhat + self.bias"
INVERSE, SEEN_INVERSE = "(var + self.eps) ** -0.5", "(self.running_var + self.eps) ** -0.5"
FACTOR = ("wrong-factor",)


def written_changes() -> Iterator[Change]:
    for operator, changes in (
        ("measures", MEASURES), ("forward", FORWARD), ("statistics", STATISTICS),
        ("inference", INFERENCE),
    ):  # fmt: skip
        for old, new, *mistakes in changes:
            yield f"written: {operator}", ((old, new),), tuple(mistakes)
    for label, *pieces in REWRITES:
        yield f"rewrite: {label}", tuple(pieces), ()


MEASURES = (
    ("-log(1 / vocab_size)", "log(1 / vocab_size)", "sign-flipped"),
    ("-log(1 / vocab_size)", "-log(1 / vocab_size) / log(2)", "wrong-factor"),
    ("(5 / 3) / fan_in**0.5", "1 / fan_in**0.5", "wrong-factor"),
    ("(5 / 3) / fan_in**0.5", "(3 / 5) / fan_in**0.5", "wrong-factor"),
    ("(5 / 3) / fan_in**0.5", "2**0.5 / fan_in**0.5", "wrong-factor"),
    ("(5 / 3) / fan_in**0.5", "(5 / 3) / fan_in", "variance-for-deviation"),
    ("(5 / 3) / fan_in**0.5", "(5 / 3) ** 2 / fan_in", "variance-for-deviation"),
    ("(h.abs() > 0.97).float()", "(h > 0.97).float()", "abs-left-out"),
    ("(h.abs() > 0.97).all", "(h > 0.97).all", "abs-left-out"),
    (".all(0)", ".any(0)", "any-for-all"),
    (".all(0)", ".all(1)", "wrong-axis"),
    (".all(0).sum()", ".all(0).float().mean()", "wrong-factor"),
)
FORWARD = (
    ("out = x @ self.weight", "out = 2 * x @ self.weight", "wrong-factor"),
    ("out = x @ self.weight", "out = -x @ self.weight", "sign-flipped"),
    ("out = out + self.bias", "pass", "parameter-left-out"),
    ("mean = x.mean(0)", "mean = x.mean()", "wrong-axis"),
    ("var = x.var(0)", "var = x.var()", "wrong-axis"),
    ("var = x.var(0)", "var = x.var(0, unbiased=False)", "biased-variance"),
    ("var = x.var(0)", "var = ((x - mean) ** 2).mean(0)", "biased-variance"),
    ("var = x.var(0)", "var = x.std(0)", "variance-for-deviation"),
    (BATCH, BATCH.replace(" * self.inv", ""), "half-normalised"),
    (BATCH, "x * self.inv", "half-normalised"),
    (BATCH, RUNNING + " ** -0.5", "running-used-in-training"),
    (INVERSE, "var ** -0.5", "eps-left-out"),
    (INVERSE, "(var + self.eps) ** -1", "variance-for-deviation"),
    (INVERSE, "1 / (var ** 0.5 + self.eps)"),
    (GIVEN, "self.gain * self.xhat", "parameter-left-out"),
    (GIVEN, "self.xhat + self.bias", "parameter-left-out"),
    (GIVEN, "self.xhat", "parameter-left-out"),
    ("torch.tanh(x)", "torch.tanh(-x)", "sign-flipped"),
    ("torch.tanh(x)", "2 * torch.tanh(x)", "wrong-factor"),
)
STATISTICS = (
    *(change
    for old, new, statistic, value in (
        (OLD_MEAN, NEW_MEAN, "self.running_mean", "mean"),
        (OLD_VAR, NEW_VAR, "self.running_var", "var"),
    )
    for change in (
        (f"{old} + {new}", f"self.momentum * {statistic} + (1 - self.momentum) * {value}",
         "momentum-reversed"),
        (f"{old} + {new}", f"{old} + {new}".replace("(1 - self.momentum)", "0.9").replace(
            "self.momentum", "0.1"), "hard-coded-setting"),
        (f"{old} + {new}", value, "last-batch-only"),
        (f"{old} + {new}", new, "last-batch-only"),
        (f"{statistic} = {old} + {new}", "pass", "statistics-not-updated"),
        (f"{statistic} = {old} + {new}", f"updated = {old} + {new}", "statistics-not-updated"),
        (f"{old} + {new}", f"{statistic} + {new}", "average-weights"),
        (f"{old} + {new}", f"{old} + {value}", "average-weights"),
        (f"{old} + {new}", f"{statistic} + {value}", "average-weights"),
        (f"{old} + {new}", f"{old} - {new}", "average-weights"),
    )),
    (NEW_VAR, "self.momentum * x.var(0, unbiased=False)", "biased-variance"),
    (NEW_VAR, "self.momentum * x.std(0)", "variance-for-deviation"),
    ("        if not self.training:\n",
     f"        self.running_mean = {OLD_MEAN} + self.momentum * x.mean(0) * (not self.training)"
     " + self.momentum * self.running_mean * self.training\n        if not self.training:\n",
     "updated-at-inference"),
)  # fmt: skip
INFERENCE = (
    (f"(x - self.running_mean) * {SEEN_INVERSE}",
     "(x - x.mean(0)) * (x.var(0) + self.eps) ** -0.5", "batch-used-at-inference"),
    (f"(x - self.running_mean) * {SEEN_INVERSE}", f"x * {SEEN_INVERSE}", "half-normalised"),
    (f" * {SEEN_INVERSE}", "", "half-normalised"),
    (SEEN_INVERSE, "self.running_var ** -0.5", "eps-left-out"),
    (SEEN_INVERSE, "(self.running_var + self.eps) ** -1", "variance-for-deviation"),
    (SEEN, "self.gain * xhat", "parameter-left-out"),
    (SEEN, "xhat + self.bias", "parameter-left-out"),
    (f"return {SEEN}", "return xhat", "parameter-left-out"),
)  # fmt: skip
REWRITES: tuple[tuple[str, *tuple[tuple[str, str], ...]], ...] = (
    ("log", ("-log(1 / vocab_size)", "log(vocab_size)")),
    ("a tensor", ("-log(1 / vocab_size)", "-torch.tensor(1 / vocab_size).log()")),
    ("power", ("(5 / 3) / fan_in**0.5", "5 / 3 * fan_in**-0.5")),
    ("or", ("(h.abs() > 0.97).float()", "((h > 0.97) | (h < -0.97)).double()")),
    ("count", (".all(0).sum()", ".all(0).count_nonzero()")),
    ("len", (".all(0).sum()", ".sum(0).eq(len(h)).sum().item()")),
    ("addmm", ("out = x @ self.weight\n", "out = torch.mm(x, self.weight)\n")),
    ("plus in place", ("out = out + self.bias", "out += self.bias")),
    ("no bias first", ("if self.bias is not None:\n            out = out + self.bias",
                       "out = out if self.bias is None else self.bias + out")),
    ("dbias anyway", ("        if self.bias is not None:\n            self.dbias = dout.sum(0)",
                      "        self.dbias = dout.sum(0)")),
    ("einsum", ("self.x.T @ dout", "torch.einsum('ni,nj->ij', self.x, dout)")),
    ("variance by hand", ("var = x.var(0)", "var = ((x - mean) ** 2).sum(0) / (len(x) - 1)")),
    ("sqrt", (INVERSE, "1 / torch.sqrt(var + self.eps)")),
    ("keepdim", ("mean = x.mean(0)", "mean = x.mean(0, keepdim=True)"),
     ("var = x.var(0)", "var = x.var(0, keepdim=True)")),
    ("lerp", (f"{OLD_MEAN} + {NEW_MEAN}", "torch.lerp(self.running_mean, mean, self.momentum)")),
    ("in place", (f"self.running_var = {OLD_VAR} + {NEW_VAR}",
                  "self.running_var.mul_(1 - self.momentum).add_(var, alpha=self.momentum)")),
    ("difference", (f"{OLD_MEAN} + {NEW_MEAN}",
                    "self.running_mean + self.momentum * (mean - self.running_mean)")),
    ("else", (f"            return {SEEN}", f"            x = {SEEN}\n            return x")),
    ("from dgain", ("self.xhat * (dxhat * self.xhat).sum(0)",
                    "self.xhat * self.gain * self.dgain")),
    ("fused", ("self.inv * (dxhat - dxhat.mean(0) - through_var)",
               "self.gain * self.inv / n * (n * dout - self.dbias"
               " - n / (n - 1) * self.xhat * self.dgain)")),
    ("mul_", ("dx = (1 - self.out**2) * dout", "dx = dout.mul_(1 - self.out**2)")),
    ("addcmul", ("(1 - self.out**2) * dout", "dout - self.out * self.out * dout")),
)  # fmt: skip
