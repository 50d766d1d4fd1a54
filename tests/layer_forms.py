"""The worked layers of warmup5 rewritten: right in another form, and wrong in one way."""

from tests.worked import Rewrite

TANH = "        dx = (1 - self.out**2) * dout\n        return dx\n"
STATISTICS = (
    "        self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean\n"
    "        self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var\n"
)
STEPS = """        through_var = self.xhat * (dxhat * self.xhat).sum(0) / (n - 1)
        dx = self.inv * (dxhat - dxhat.mean(0) - through_var)
"""
IN_STEPS = """        diff = self.xhat / self.inv
        dinv = (diff * dxhat).sum(0)
        ddiff = self.inv * dxhat
        dvar = -0.5 * self.inv**3 * dinv
        ddiff += 2 * diff / (n - 1) * dvar
        dmean = -ddiff.sum(0)
        dx = ddiff + dmean / n
"""
BIAS = "self.dbias = dout.sum(0)\n        dx = dout @"
INFERENCE = """        if not self.training:
            xhat = (x - self.running_mean) * (self.running_var + self.eps) ** -0.5
            return self.gain * xhat + self.bias
"""
RIGHT: dict[str, tuple[Rewrite, ...]] = {
    "in place": ((TANH, "        dout *= 1 - self.out**2\n        return dout\n"),),
    "what came in is kept": (
        ("self.out = torch.tanh(x)", "self.came = x"),
        ("return self.out\n", "return torch.tanh(x)\n"),
        ("(1 - self.out**2)", "(1 - torch.tanh(self.came) ** 2)"),
    ),
    "with keepdim, as the lecture has it": (
        ("mean = x.mean(0)", "mean = x.mean(0, keepdim=True)"),
        ("var = x.var(0)", "var = x.var(0, keepdim=True)"),
    ),
    "statistics in place": (
        (STATISTICS, "        m = self.momentum\n"
         "        self.running_mean.mul_(1 - m).add_(m * mean)\n"
         "        self.running_var.lerp_(var, self.momentum)\n"),
    ),
    "BatchNorm in steps": ((STEPS, IN_STEPS),),
    "an int, a float": (
        (".all(0).sum()", ".all(0).sum().item()"), (".float().mean()", ".float().mean().item()"),
    ),
    "numpy's": ((".all(0).sum()", ".all(0).numpy().sum()"), (
        ".float().mean()", ".double().numpy().mean()"),),
}  # fmt: skip
# What it is, what is changed, what has an error of its own, and the mistake of the first.
WRONG: dict[str, tuple[tuple[Rewrite, ...], set[str], str | None]] = {
    "not summed": (((BIAS, BIAS.replace(".sum(0)", "")),), {"b2"}, "not-summed"),
    "summed over the wrong one": (
        ((BIAS, BIAS.replace(".sum(0)", ".sum(1)")),), {"b2"}, "summed-wrong-dimension"),
    "transposed": ((("self.x.T @ dout", "dout.T @ self.x"),), {"W1", "W2"}, "transposed"),
    "the variance's way": (((" - through_var)", ")"),), {"hprebn"}, "contribution-missing"),
    "the mean's way": (((" - dxhat.mean(0)", ""),), {"hprebn"}, "contribution-missing"),
    "n for n - 1": ((("/ (n - 1)", "/ n"),), {"hprebn"}, "wrong-factor"),
    "no upstream": ((("(1 - self.out**2) * dout", "1 - self.out**2"),), {"hpreact"},
                    "upstream-left-out"),
    "momentum": (
        ((STATISTICS, STATISTICS.replace("(1 - self.momentum)", "M").replace(
            "+ self.momentum", "+ (1 - self.momentum)").replace("M *", "self.momentum *")),),
        {"running_mean", "running_var"}, "momentum-reversed"),
    "the usual momentum": (
        ((STATISTICS, STATISTICS.replace("(1 - self.momentum)", "0.9").replace(
            "self.momentum", "0.1")),),
        {"running_mean", "running_var"}, "hard-coded-setting"),
    "the last batch": (
        (("(1 - self.momentum) * self.running_mean + self.momentum * mean", "mean"),),
        {"running_mean"}, "last-batch-only"),
    "no update": (
        (("self.momentum * var\n", "self.momentum * self.running_var\n"),), {"running_var"},
        "statistics-not-updated"),
    "all of the old": (
        (("(1 - self.momentum) * self.running_mean", "self.running_mean"),), {"running_mean"},
        "average-weights"),
    "one mean for all": ((("mean = x.mean(0)", "mean = x.mean()"),),
        {"running_mean", "batchnorm_out", "hprebn", "bngain"}, "wrong-axis"),
    "the deviation only": ((("(x - self.running_mean) *", "x *"),), {"inference_out"},
                           "half-normalised"),
    "the running ones in training": (
        (("self.xhat = (x - mean) * self.inv",
          "self.xhat = (x - self.running_mean) * (self.running_var + self.eps) ** -0.5"),),
        {"batchnorm_out", "bngain", "hprebn"}, "running-used-in-training"),
    "dead for one": (((".all(0)", ".any(0)"),), {"dead_units"}, "any-for-all"),
    "dead examples": (((".all(0)", ".all(1)"),), {"dead_units"}, "wrong-axis"),
    "biased": (
        (("self.momentum * var", "self.momentum * x.var(0, unbiased=False)"),), {"running_var"},
        "biased-variance"),
    "the batch's own at inference": (
        (("xhat = (x - self.running_mean) * (self.running_var + self.eps) ** -0.5",
          "xhat = (x - x.mean(0)) * (x.var(0) + self.eps) ** -0.5"),),
        {"inference_out"}, "batch-used-at-inference"),
    "statistics that move at inference": (
        ((STATISTICS, ""), (INFERENCE, "        mean, var = x.mean(0), x.var(0)\n" + STATISTICS
                            + INFERENCE), ("        mean = x.mean(0)\n        var", "        var")),
        {"running_mean", "running_var", "inference_out"}, "updated-at-inference"),
    "one side": ((("(h.abs() > 0.97).float()", "(h > 0.97).float()"),), {"saturated"},
                 "abs-left-out"),
    "no root": ((("fan_in**0.5\n\n\ndef", "fan_in\n\n\ndef"),), {"kaiming_std"},
                "variance-for-deviation"),
    "the sign": ((("-log(", "log("),), {"expected_initial_loss"}, "sign-flipped"),
    "no bias": (((" + self.bias\n        return out\n\n    def backward(self, dout):\n        "
                  '"""The gradient of what', '\n        return out\n\n    def backward(self, dout):'
                  '\n        """The gradient of what'),), {"linear_bias_out"},
                "parameter-left-out"),
    "a forward that is wrong": (
        (("torch.tanh(x)", "torch.tanh(2 * x)"),), {"tanh_out", "hpreact"}, None),
}  # fmt: skip
