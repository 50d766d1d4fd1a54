"""The hints of warmup5, by what is asked for: one string a rung."""

HINTS = {
    "expected_initial_loss": (
        "The loss of one example is minus the logarithm of the probability of the right character. "
        "If all are equally likely, how probable is each?",
        "For a coin it is 0.693. Which function of 2 is that, and what is it of 27?",
    ),
    "kaiming_std": (
        "An output is a sum of fan_in products. The variances of independent terms add up: how "
        "large is the variance of the sum if each weight has standard deviation 1? And its "
        "standard deviation, the square root?",
        "If the sum is too large by a factor, the weights have to be smaller by that factor. tanh "
        "then squeezes its input, and the gain makes up for that: it multiplies.",
    ),
    "saturated": (
        "A comparison of a tensor with a number is a tensor of True and False: ones and zeros, "
        "once it is converted. What is the mean of ones and zeros?",
        "Both ends of tanh are flat. What do 0.98 and -0.98 have in common?",
    ),
    "dead_units": (
        "A unit is a column of h, an example a row. One example for which it is not saturated "
        "keeps a unit alive. So is it any or all, and along which dimension?",
        "The result is a number of units. Reducing a matrix of True and False over the examples "
        "leaves one truth value for each unit: how many of these are True?",
    ),
    "linear_out": (
        "x is (n, fan_in), weight is (fan_in, fan_out), and the output is (n, fan_out).",
        "This one has no bias: self.bias is None, and nothing can be added to it.",
    ),
    "linear_bias_out": ("As without a bias; then the bias, (fan_out,), is added to each row.",),
    "batchnorm_out": (
        "Each column by itself: subtract its mean, then divide by its standard deviation. Each of "
        "the two is one number a column, computed over the n rows. Along which dimension?",
        "eps is added to the variance, under the root, so that a constant column does not divide "
        "by zero. Finally multiply by the gain and add the bias.",
    ),
    "running_mean": (
        "A running average keeps most of its old value and takes a little of the new one. "
        "momentum, 0.1 by default, is the weight of the new value. Which weight is left for the "
        "old one?",
        "It changes in training only. Is the line inside the branch for training?",
    ),
    "running_var": (
        "As the running mean, with the variance that the batch was normalised by: n - 1.",
        "It starts at 1 and not at 0: after one batch most of it is still that 1.",
    ),
    "inference_out": (
        "The same formula as in training, with the running statistics instead of the batch's. That "
        "works for a single example, too.",
        "self.training says which of the two it is. Nothing of the layer changes here.",
    ),
    "tanh_out": ("torch.tanh does it. What will the derivative need, x or the result?",),
    "W2": (
        "x @ weight: the entry of weight in row i and column j multiplies column i of x and goes "
        "into column j of the output, once for every row. Its gradient is the sum over these uses.",
        "So x is needed, and has to be stored when the layer is called. For z[r, j] = sum over i "
        "of s[r, i] * t[i, j]: dt[i, j] = sum over r of s[r, i] * dz[r, j].",
    ),
    "b2": (
        "The bias was added to each of the n rows. Its gradient is the sum of the contributions of "
        "all of them.",
        "A layer without a bias has no gradient for it: there self.bias is None.",
    ),
    "h": (
        "This is what backward returns, for the layer before. An entry of x in column i was "
        "multiplied by all of row i of weight: one use for each column of the output.",
        "For z[r, j] = sum over i of s[r, i] * t[i, j]: ds[r, i] = sum over j of t[i, j] * "
        "dz[r, j].",
    ),
    "hpreact": (
        "tanh works entry by entry, and so does its backward: the local derivative times the "
        "upstream gradient.",
        "The local derivative can be computed from the output: it is 1 where the output is 0, and "
        "0 where it is 1 or -1, which is why a saturated unit learns nothing.",
    ),
    "bngain": (
        "The output is gain * xhat + bias: the same gain multiplies the normalised x in every row. "
        "xhat has to be stored.",
        "A product: the gradient of each factor is the other one times the upstream gradient. Then "
        "a sum, because the gain was broadcast over the rows. Along which dimension?",
    ),
    "bnbias": ("It was added in every row: its gradient is a sum over the rows.",),
    "hprebn": (
        "Write the call in small steps with a name each: the mean; the variance; inv, one over "
        "the root; xhat, the normalised x; the output. Then go back through them, the last one "
        "first, as in warmup1. xhat and inv are worth storing.",
        "xhat is read once, where the gain multiplies it. inv is one number a column and is read "
        "in every row: its gradient is a sum over the rows.",
        "From inv to the variance it is a power, -0.5: the derivative of v**-0.5 has inv three "
        "times as a factor. The variance is a sum of squares over n - 1: its derivative with "
        "respect to an entry of x is twice the entry's distance from the mean, over n - 1.",
        "The mean is read in x - mean, with a minus, in every row. It appears in the variance as "
        "well, but the distances from a mean add up to 0, so that contribution vanishes. An entry "
        "of x has the weight 1/n in it.",
        "x itself affects the output along three paths: through x - mean, through the mean and "
        "through the variance. Add the three. They have inv in common, and the sums over the rows "
        "can be written with xhat: three steps become one line. Both forms are right.",
    ),
    "W1": (
        "The same lines as for dW2, in the first layer of the stack. If dW2 is right and this is "
        "not, its upstream gradient is wrong, or the two layers share something that each needs "
        "for itself.",
        "What a layer stores belongs in self, not in the class or the module.",
    ),
}
