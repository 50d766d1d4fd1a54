"""Forms of right answers: single lines of the worked ones, written otherwise."""

from dataclasses import dataclass

from tests.worked import Rewrite

LOGPROBS = """    dlogprobs = torch.zeros_like(logprobs)
    dlogprobs[range(n), Yb] = -1.0 / n
"""
PROBS = "    dprobs = (1.0 / probs) * dlogprobs\n"
COUNTS_SUM_INV = "    dcounts_sum_inv = (counts * dprobs).sum(1, keepdim=True)\n"
COUNTS_SUM = "    dcounts_sum = (-(counts_sum**-2)) * dcounts_sum_inv\n"
MORE_COUNTS = "    dcounts += torch.ones_like(counts) * dcounts_sum\n"
LOGITS = """    dlogits = dnorm_logits.clone()
    dlogits += F.one_hot(logits.max(1).indices, num_classes=logits.shape[1]) * dlogit_maxes
"""
H = "    dh = dlogits @ W2.T\n"
W2 = "    dW2 = h.T @ dlogits\n"
B2 = "    db2 = dlogits.sum(0)\n"
HPREACT = "    dhpreact = (1.0 - h**2) * dh\n"
BNDIFF2 = "    dbndiff2 = (1.0 / (n - 1)) * torch.ones_like(bndiff2) * dbnvar\n"
BNVAR = "    dbnvar = (-0.5 * (bnvar + 1e-5) ** -1.5) * dbnvar_inv\n"
HPREBN = """    dhprebn = dbndiff.clone()
    dhprebn += 1.0 / n * (torch.ones_like(hprebn) * dbnmeani)
"""
B1 = "    db1 = dhprebn.sum(0)\n"
EMB = "    demb = dembcat.view(emb.shape)\n"
C = """    dC = torch.zeros_like(C)
    for k in range(Xb.shape[0]):
        for j in range(Xb.shape[1]):
            dC[Xb[k, j]] += demb[k, j]
"""
RETURN = "    return locals()\n"
DEF = "\n\ndef backward("
LAST_PARAMETERS = "counts, counts_sum, counts_sum_inv, probs, logprobs):\n"


@dataclass(frozen=True)
class Form:
    name: str
    rewrites: tuple[Rewrite, ...]
    exercise: str = "exercise1"


def of_line(name: str, old: str, new: str) -> Form:
    """Other lines for `old`, of exercise1, indented as the body is."""
    lines = "".join(f"    {line}\n" for line in new.split("\n"))
    return Form(name, ((old, lines),))


FORMS = (
    of_line(
        "dlogits in one step",
        LOGITS,
        "dlogits = F.softmax(logits, 1)\ndlogits[range(n), Yb] -= 1\ndlogits /= n",
    ),
    of_line(
        "dlogits in one step, by one-hot",
        LOGITS,
        "dlogits = (torch.softmax(logits, 1) - F.one_hot(Yb, logits.shape[1])) / n",
    ),
    of_line(
        "dlogprobs by scatter_",
        LOGPROBS,
        "dlogprobs = torch.zeros(logprobs.shape).scatter_(1, Yb[:, None], -1.0 / n)",
    ),
    of_line(
        "dlogprobs by one-hot", LOGPROBS, "dlogprobs = -F.one_hot(Yb, probs.shape[1]).float() / n"
    ),
    of_line("dprobs by division", PROBS, "dprobs = dlogprobs / probs"),
    of_line("dprobs by a power", PROBS, "dprobs = probs**-1 * dlogprobs"),
    of_line(
        "dcounts_sum_inv by einsum",
        COUNTS_SUM_INV,
        "dcounts_sum_inv = torch.einsum('ij,ij->i', counts, dprobs).unsqueeze(1)",
    ),
    of_line(
        "dcounts_sum by division", COUNTS_SUM, "dcounts_sum = -dcounts_sum_inv / counts_sum**2"
    ),
    of_line(
        "dcounts_sum from its inverse",
        COUNTS_SUM,
        "dcounts_sum = -(counts_sum_inv**2) * dcounts_sum_inv",
    ),
    of_line(
        "dcounts by a broadcast view",
        MORE_COUNTS,
        "dcounts = dcounts + dcounts_sum.expand(n, counts.shape[1])",
    ),
    of_line("dcounts by +=, broadcast", MORE_COUNTS, "dcounts += dcounts_sum"),
    of_line(
        "a max by equality",
        LOGITS,
        "dlogits = dnorm_logits + (logits == logit_maxes) * dlogit_maxes",
    ),
    of_line("dh by einsum", H, "dh = torch.einsum('nv,hv->nh', dlogits, W2)"),
    of_line("dW2 by outer products", W2, "dW2 = (h[:, :, None] * dlogits[:, None, :]).sum(dim=0)"),
    of_line("db2 by a product with ones", B2, "db2 = torch.ones(n) @ dlogits"),
    of_line(
        "db2 with its dtype spelled out",
        B2,
        "db2 = torch.zeros(b2.shape, dtype=torch.float32)\ndb2 += dlogits.sum(0)",
    ),
    of_line("db2 into zeros without a dtype", B2, "db2 = torch.zeros(b2.shape[0])\n"
            "for row in dlogits:\n    db2 += row"),
    of_line("tanh by cosh", HPREACT, "dhpreact = dh * hpreact.cosh() ** -2"),
    of_line("tanh by itself", HPREACT, "dhpreact = dh * (1 - torch.tanh(hpreact) ** 2)"),
    of_line("tanh by a product", HPREACT, "dhpreact = dh - dh * h * h"),
    of_line("bndiff2 by expand", BNDIFF2, "dbndiff2 = (dbnvar / (n - 1)).expand(bndiff2.shape)"),
    of_line("bndiff2 by repeat", BNDIFF2, "dbndiff2 = dbnvar.repeat(n, 1) / (n - 1)"),
    of_line("bnvar from its inverse root", BNVAR, "dbnvar = -0.5 * bnvar_inv**3 * dbnvar_inv"),
    of_line("hprebn without ones", HPREBN, "dhprebn = dbndiff + dbnmeani / n"),
    of_line("demb by reshape", EMB, "demb = dembcat.reshape(n, Xb.shape[1], C.shape[1])"),
    of_line(
        "dC by index_add_",
        C,
        "dC = torch.zeros_like(C).index_add_(0, Xb.view(-1), demb.view(-1, C.shape[1]))",
    ),
    of_line(
        "dC by scatter_add_",
        C,
        "dC = torch.zeros_like(C)\n"
        "index = Xb.reshape(-1, 1).expand(-1, C.shape[1])\n"
        "dC.scatter_add_(0, index, demb.reshape(-1, C.shape[1]))",
    ),
    of_line(
        "dC by index_put_",
        C,
        "dC = torch.zeros_like(C)\ndC.index_put_((Xb,), demb, accumulate=True)",
    ),
    of_line(
        "dC by a one-hot product",
        C,
        "dC = F.one_hot(Xb.view(-1), C.shape[0]).float().T @ demb.view(-1, C.shape[1])",
    ),
    of_line(
        "dC by einsum",
        C,
        "dC = torch.einsum('nbv,nbe->ve', F.one_hot(Xb, len(C)).to(torch.float32), demb)",
    ),
    of_line(
        "dC by a double loop over ix",
        C,
        "dC = torch.zeros(C.shape)\n"
        "for k in range(n):\n"
        "    for j in range(Xb.shape[1]):\n"
        "        ix = Xb[k, j]\n"
        "        dC[ix] += demb[k, j]",
    ),
    of_line(
        "dC by a comprehension",
        C,
        "dC = torch.stack([demb[Xb == ix].sum(0) for ix in range(C.shape[0])])",
    ),
    of_line(
        "one-hot by type",
        C,
        "dC = F.one_hot(Xb.view(-1), len(C)).type(torch.FloatTensor).T @ demb.flatten(0, 1)",
    ),
    of_line(
        "one-hot by the name of a type",
        C,
        "dC = F.one_hot(Xb.view(-1), len(C)).type('torch.FloatTensor').T @ demb.flatten(0, 1)",
    ),
    of_line(
        "one-hot by type_as",
        C,
        "dC = F.one_hot(Xb.view(-1), len(C)).type_as(demb).T @ demb.flatten(0, 1)",
    ),
    Form(
        "float32 imported by name",
        (
            ("import torch\n", "import torch\nfrom torch import float32\n"),
            (B2, "    db2 = dlogits.to(float32).sum(0, dtype=float32)\n"),
        ),
    ),
    Form("lines in another order", ((W2 + B2, ""), (EMB, EMB + B2 + W2))),
    Form(
        "a function for a pattern",
        (
            (DEF, "\n\ndef unbroadcast(g):\n    return g.sum(0, keepdim=True)\n" + DEF),
            ("dbnbias = dhpreact.sum(0, keepdim=True)", "dbnbias = unbroadcast(dhpreact)"),
        ),
    ),
    Form(
        "a lambda for a pattern",
        (
            (DEF, "\n\ntotal = lambda g: g.sum(0)\n" + DEF),
            (B2, "    db2 = total(dlogits)\n"),
            (B1, "    db1 = total(dhprebn)\n"),
        ),
    ),
    Form(
        "names in between, deleted after",
        ((HPREACT, "    local = 1.0 - h * h\n    dhpreact = local * dh\n    del local\n"),),
    ),
    Form(
        "a constant of the module, counted up",
        (
            (DEF, "\n\nHALF = 0.5\ncalls = 0\n" + DEF),
            (BNVAR, "    global calls\n    calls += 1\n"
             "    dbnvar = -HALF * (bnvar + 1e-5) ** (-3 * HALF) * dbnvar_inv\n"),
        ),
    ),
    Form(
        "a dict instead of locals()",
        ((RETURN, "    names = [name for name in locals() if name.startswith('d')]\n"
          "    found = locals()\n    return {name: found[name] for name in names}\n"),),
    ),
    Form("annotations", ((H, "    dh: torch.Tensor = dlogits @ W2.T\n"),
                         (LAST_PARAMETERS, LAST_PARAMETERS.replace("):", ") -> dict:")))),
    Form("a walrus", ((PROBS, "    if (dprobs := dlogprobs / probs) is None:\n"
                       "        raise ValueError\n"),)),
    Form("try and finally", ((EMB, "    try:\n        demb = dembcat.view(emb.shape)\n"
                              "    finally:\n        print('reached')\n"),)),
    Form("its parameters by **", ((LAST_PARAMETERS, LAST_PARAMETERS.replace("):", ", **rest):")),)),
    Form("keywords only", (("def backward(n, ", "def backward(*, n, "),)),
    Form("positions only", ((LAST_PARAMETERS, LAST_PARAMETERS.replace("):", ", /):")),)),
    Form("a parameter of its own", (
        (LAST_PARAMETERS, LAST_PARAMETERS.replace("):", ", eps=1e-5):")),
        (BNVAR, BNVAR.replace("1e-5", "eps")),
    )),
    Form("an object that can be called",
         ((RETURN, RETURN + "\n\nclass Answer:\n    function = staticmethod(backward)\n\n"
           "    def __call__(self, **values):\n        return self.function(**values)\n\n\n"
           "backward = Answer()\n"),)),
    Form("exercise2, written out", (
        ("    dlogits = F.softmax(logits, 1)\n",
         "    counts = (logits - logits.max(1, keepdim=True).values).exp()\n"
         "    dlogits = counts / counts.sum(1, keepdim=True)\n"),
        ("    dlogits[range(n), Yb] -= 1\n", "    dlogits -= F.one_hot(Yb, logits.shape[1])\n"),
    ), "exercise2"),
    Form("exercise3, centred", (
        ("""    dhprebn = bngain * bnvar_inv / n * (
        n * dhpreact
        - dhpreact.sum(0)
        - n / (n - 1) * bnraw * (dhpreact * bnraw).sum(0)
    )
""", """    g = bngain * dhpreact
    centred = g - g.mean(0, keepdim=True)
    slope = (g * bnraw).sum(0, keepdim=True) / (n - 1)
    dhprebn = (centred - bnraw * slope) * bnvar_inv
"""),
    ), "exercise3"),
    Form("exercise4, dC by a double loop", (
        ("    dC.index_add_(0, Xb.view(-1), demb.view(-1, C.shape[1]))\n",
         "    for row, at in zip(demb.flatten(0, 1), Xb.flatten().tolist()):\n"
         "        dC[at] += row\n"),
    ), "exercise4"),
)  # fmt: skip
