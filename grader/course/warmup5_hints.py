"""What is said to one who asks for a hint in warmup5, by what is asked for: a rung each."""

HINTS = {
    "expected_initial_loss": (
        "The loss of one example is minus the logarithm of the probability that the right "
        "character got. Where all are equally likely, how probable is each?",
        "For a coin it is 0.693. Which function of 2 is that, and what is it of 27?",
    ),
    "kaiming_std": (
        "An output is a sum of fan_in products. The variances of independent terms add up: how "
        "large does the variance of the sum become when each weight has deviation 1? And the "
        "deviation, which is its root?",
        "What the sum is too large by, the weights have to be smaller by. tanh then squeezes what "
        "it is given, and the gain makes up for that: it multiplies.",
    ),
    "saturated": (
        "A comparison of a tensor with a number is a tensor of True and False: ones and zeros, "
        "once it is converted. What is the mean of ones and zeros?",
        "Both ends of tanh are flat. What do 0.98 and -0.98 have in common?",
    ),
    "dead_units": (
        "A unit is a column of h, an example a row. One example for which it is not saturated "
        "keeps a unit alive. Which is it then, any or all, and along which dimension?",
        "The result is a number of units. What is left when a matrix of True and False has been "
        "looked through along its rows, and how many of these are True?",
    ),
    "linear_out": (
        "x is (n, fan_in), weight is (fan_in, fan_out), and (n, fan_out) is due.",
        "This one has no bias: self.bias is None, and nothing can be added to it.",
    ),
    "linear_bias_out": ("As without a bias; then the bias, (fan_out,), is added to each row.",),
    "batchnorm_out": (
        "Every column for itself: take off its mean, then divide by its deviation. Of the n rows "
        "one number a column is left for each of the two. Along which dimension?",
        "eps stands beside the variance, under the root, so that a column that does not move at "
        "all divides by something. Last the gain multiplies and the bias is added.",
    ),
    "running_mean": (
        "A running average: most of it stays, a little of what is new comes in. momentum, 0.1, is "
        "the share of what is new. Which share is left for what was there?",
        "It moves in training only. Is the line inside the branch for training?",
    ),
    "running_var": (
        "As the running mean, with the variance that the batch was normalised by: n - 1.",
        "It starts at 1 and not at 0: after one batch most of it is still that 1.",
    ),
    "inference_out": (
        "The same formula as in training, with the running statistics in the place of the "
        "batch's. One example alone could be normalised in this way.",
        "self.training says which of the two it is. Nothing of the layer changes here.",
    ),
    "tanh_out": ("torch.tanh does it. What will the derivative be made of, x or the result?",),
    "W2": (
        "x @ weight: an entry of weight, in row i and column j, meets column i of x and makes "
        "column j of what went out, once in every row. It receives the sum of these uses.",
        "So x is needed, and has to be kept when the layer is called. For z[r, j] = sum over i of "
        "s[r, i] * t[i, j]: dt[i, j] = sum over r of s[r, i] * dz[r, j].",
    ),
    "b2": (
        "The bias was added to each of the n rows. What comes back to it is what comes back from "
        "all of them.",
        "The layer without a bias has none to give a gradient: there self.bias is None.",
    ),
    "h": (
        "What backward returns, for the layer before. An entry of x, in column i, met all of row i "
        "of weight: one use for each column of what went out.",
        "For z[r, j] = sum over i of s[r, i] * t[i, j]: ds[r, i] = sum over j of t[i, j] * "
        "dz[r, j].",
    ),
    "hpreact": (
        "tanh works entry by entry, and so does its backward: the local derivative times what "
        "arrives.",
        "The local derivative can be had from what went out: 1 where that is 0, and 0 where it is "
        "1 or -1, which is why a saturated unit learns nothing.",
    ),
    "bngain": (
        "What went out is gain * xhat + bias: the gain was multiplied with the normalised x, in "
        "every row with the same one. xhat has to be kept.",
        "A product: each factor receives the other one times what arrives. Then, for the copies "
        "in the rows, a sum. Along which dimension?",
    ),
    "bnbias": ("It was added in every row: what comes back to it is a sum over the rows.",),
    "hprebn": (
        "Write the call in small steps with a name each: the mean; the variance; inv, one over "
        "the root; xhat, the normalised x; what goes out. Then go back through them, the last one "
        "first, as in the exercises before. xhat and inv are worth keeping.",
        "xhat is read once, where the gain multiplies it. inv is one number a column and is read "
        "in every row: what comes back to it is a sum over the rows.",
        "From inv to the variance it is a power, -0.5: the derivative of v**-0.5 has inv three "
        "times as a factor. The variance is a sum of squares over n - 1: an entry of x moves it by "
        "twice its own distance from the mean, over n - 1.",
        "The mean is read in x - mean, with a minus, in every row. It stands in the variance as "
        "well, but the distances from a mean add up to 0, and so does that. An entry of x has the "
        "weight 1/n in it.",
        "x itself is read on three ways: through x - mean, through the mean and through the "
        "variance. Add the three up. They have inv in common, and the sums over the rows can be "
        "written with xhat: three steps become a line. Both forms are right.",
    ),
    "W1": (
        "The same lines as for dW2, in the first layer of the stack. If dW2 is right and this is "
        "not, what arrives is wrong, or the two layers share something that each needs for itself.",
        "What a layer keeps belongs into self, not into the class or the module.",
    ),
}
