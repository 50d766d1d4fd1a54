"""What the values of warmup5 that are not gradients are with a known mistake.

Each by the mistake's id; several where it can be made in more than one way.
"""

from typing import Any

USUAL, MOMENTUM, EPS = 0.1, 0.25, 1e-5  # not the default, so that its number does not pass
# What stays of a running average, and what is taken of the new: pairs that do not add up to 1.
WEIGHTS = (
    (1.0, MOMENTUM), (1.0, 1.0), (1 - MOMENTUM, 1.0), (1 - MOMENTUM, 1 - MOMENTUM),
    (MOMENTUM, MOMENTUM), (1 + MOMENTUM, MOMENTUM), (1 - MOMENTUM, -MOMENTUM),
)  # fmt: skip


def wrong_values(
    counts: Any, wide: Any, earlier: Any, W2: Any, bngain: Any, bnbias: Any, hprebn: Any,
    bnmean: Any, bnvar: Any, bnraw: Any, hpreact: Any, h: Any, seen_mean: Any, seen_var: Any,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """From the values of the forward pass, by name."""
    past, now = 1 - MOMENTUM, MOMENTUM
    above, dead = wide > 0.97, wide.abs() > 0.97

    def running(of: Any, start: float, past: float = past, now: float = now) -> Any:
        """The running average of a statistic over both batches."""
        return past * (past * start + now * of(earlier)) + now * of(hprebn)

    def scaled(x: Any, mean: Any, deviation: Any) -> Any:
        return bngain * (x - mean) / deviation + bnbias

    def mean(x: Any) -> Any:
        return x.mean(0)

    def var(x: Any) -> Any:
        return x.var(0)

    def biased(x: Any) -> Any:
        return x.var(0, unbiased=False)

    def overall(x: Any, of: str) -> Any:
        return getattr(x, of)().expand(x.shape[1])

    deviation, seen_deviation = (bnvar + EPS).sqrt(), (seen_var + EPS).sqrt()
    normal = (hprebn - seen_mean) / seen_deviation
    rows, row_deviation = hprebn.mean(1, keepdim=True), hprebn.var(1, keepdim=True).add(EPS).sqrt()
    first_var = 1 - USUAL + USUAL * bnvar
    at_first = (0.0, (1 + EPS) ** 0.5), (USUAL * bnmean, (first_var + EPS).sqrt())
    return {
        "hard-coded-setting": {
            "running_mean": running(mean, 0.0, 1 - USUAL, USUAL),
            "running_var": running(var, 1.0, 1 - USUAL, USUAL),
        },
        "momentum-reversed": {
            "running_mean": running(mean, 0.0, now, past),
            "running_var": running(var, 1.0, now, past),
        },
        "last-batch-only": {
            "running_mean": (bnmean, now * bnmean), "running_var": (bnvar, now * bnvar),
        },
        "statistics-not-updated": {
            "running_mean": 0 * bnmean, "running_var": (0 * bnvar + 1, 0 * bnvar + past**2),
        },
        "average-weights": {
            "running_mean": tuple(running(mean, 0.0, *weights) for weights in WEIGHTS),
            "running_var": tuple(running(var, 1.0, *weights) for weights in WEIGHTS),
        },
        "biased-variance": {
            "running_var": running(biased, 1.0),
            "batchnorm_out": scaled(hprebn, bnmean, (biased(hprebn) + EPS).sqrt()),
        },
        "batch-used-at-inference": {"inference_out": hpreact},
        "running-used-in-training": {
            "batchnorm_out": tuple(scaled(hprebn, *statistics) for statistics in at_first),
        },
        "updated-at-inference": {
            "running_mean": past * running(mean, 0.0) + now * bnmean,
            "running_var": past * running(var, 1.0) + now * bnvar,
        },
        "abs-left-out": {"saturated": above.double().mean(), "dead_units": above.all(0).sum()},
        "any-for-all": {"dead_units": dead.any(0).sum()},
        "wrong-axis": {
            "dead_units": dead.all(1).sum(),
            "running_mean": running(lambda x: overall(x, "mean"), 0.0),
            "running_var": running(lambda x: overall(x, "var"), 1.0),
            "batchnorm_out": (
                scaled(hprebn, rows, row_deviation),
                scaled(hprebn, hprebn.mean(), (hprebn.var() + EPS).sqrt()),
                scaled(hprebn, hprebn.mean(), deviation),
                scaled(hprebn, bnmean, (hprebn.var() + EPS).sqrt()),
            ),
        },
        "variance-for-deviation": {
            "kaiming_std": (5 / 3 / counts.double(), (5 / 3) ** 2 / counts.double()),
            "running_var": running(lambda x: x.std(0), 1.0),
            "batchnorm_out": (
                scaled(hprebn, bnmean, bnvar + EPS),
                scaled(hprebn, bnmean, (bnvar.sqrt() + EPS).sqrt()),
            ),
            "inference_out": scaled(hprebn, seen_mean, seen_var + EPS),
        },
        "half-normalised": {
            "batchnorm_out": (scaled(hprebn, bnmean, 1), scaled(hprebn, 0, deviation)),
            "inference_out": (scaled(hprebn, seen_mean, 1), scaled(hprebn, 0, seen_deviation)),
        },
        "parameter-left-out": {
            "linear_bias_out": h @ W2,
            "batchnorm_out": (bnraw, bngain * bnraw, bnraw + bnbias),
            "inference_out": (normal, bngain * normal, normal + bnbias),
        },
        "eps-left-out": {
            "batchnorm_out": scaled(hprebn, bnmean, bnvar.sqrt()),
            "inference_out": scaled(hprebn, seen_mean, seen_var.sqrt()),
        },
    }  # fmt: skip
