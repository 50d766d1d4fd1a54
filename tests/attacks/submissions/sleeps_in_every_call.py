"""Sleeps a little less than a call may take, in every call, and writes lines that ask for many.

Seen: 72 calls of 0.85 s at --timeout 1, and by arithmetic twenty minutes at the default.
"""

import time


def backward(n, Yb, probs, logprobs, counts, counts_sum_inv, norm_logits, logits):
    time.sleep(0.85)
    dlogprobs = logprobs * 0.1
    dprobs = dlogprobs * 0.1 + probs
    dcounts_sum_inv = (dprobs * dlogprobs).sum(1, keepdim=True)
    dcounts = dprobs + dlogprobs + dcounts_sum_inv
    dnorm_logits = dcounts + dprobs
    dlogits = dnorm_logits + dcounts + dprobs
    return locals()
