"""Formulas as LaTeX: a formula is bound as Python binds it."""

import pytest

from grader.course.derivation import DERIVED, derivation_text
from grader.render.derivation import as_latex, as_markdown
from grader.render.formula import latex, latex_equation

WRITTEN = [
    ("s * (z[i] - mu)", r"s \, \left(z_{i} - \mu\right)"),
    ("a - (b - c)", r"a - \left(b - c\right)"),
    ("a - b - c", "a - b - c"),
    ("-s**3 / 2", r"-\frac{s^{3}}{2}"),
    ("-s * a", r"-s \, a"),
    ("(-s)**2", r"\left(-s\right)^{2}"),
    ("a * -s", r"a \, \left(-s\right)"),
    ("a - -s * b", r"a - \left(-s \, b\right)"),
    ("(v + eps)**(-1 / 2)", r"\left(v + \varepsilon\right)^{-1/2}"),
    ("sum(p[j] * z[j] for j in range(m)) * b", r"\left(\sum_{j} p_{j} \, z_{j}\right) \, b"),
    ("a * sum(p[j] + 1 for j in range(m))", r"a \, \sum_{j} \left(p_{j} + 1\right)"),
    ("a * sum(p[j] for j in range(m)) * b", r"\left(a \, \sum_{j} p_{j}\right) \, b"),
    ("log(a * b) + log(p[i, y[i]])", r"\log \left(a \, b\right) + \log p_{i,\,y_{i}}"),
    ("exp(z[i, j]) / s[i]", r"\frac{e^{z_{ij}}}{s_{i}}"),
    ("dz[i, j]", r"\frac{\partial L}{\partial z_{ij}}"),
    ("D(log(s), z[j])", r"\frac{\partial \log s}{\partial z_{j}}"),
    ("(j == y[i]) - p[j]", r"[j = y_{i}] - p_{j}"),
    ("c if u <= t else -inf",
     r"\begin{cases} c & \text{if } u \le t \\ -\infty & \text{otherwise} \end{cases}"),
    ("2 * 3", r"2 \cdot 3"),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "expected"), WRITTEN, ids=[f for f, _ in WRITTEN])
def test_a_formula_is_bound_as_in_python(formula: str, expected: str) -> None:
    assert latex(formula) == expected


def test_equations_below_one_another_are_aligned() -> None:
    assert latex_equation("a = b = c") == "a &= b &= c"
    assert latex_equation("a - b = 0", "=") == "a - b = 0"


@pytest.mark.parametrize("other", ["f(x)", "a @ b", "a.b", "[a]", "a and b", "'a'"])
def test_what_is_no_formula_is_refused(other: str) -> None:
    with pytest.raises(ValueError, match="of a formula"):
        latex(other)


@pytest.mark.parametrize("exercise", DERIVED)
def test_a_document_is_whole(exercise: str) -> None:
    document = as_latex(derivation_text(exercise), lambda gradient: f"d{gradient} = 0_{{}}")
    body = document.partition(r"\begin{document}")[2]
    assert document.endswith("\\end{document}\n") and "`" not in document
    for environment in ("align*", "verbatim"):
        count = document.count(rf"\begin{{{environment}}}")
        assert count == document.count(rf"\end{{{environment}}}") > 0
    assert body.count("{") == body.count("}")
    assert (document.count("$") % 2 == 0 and r"\texttt{" in document) or exercise == "exercise2"


def test_words_are_escaped_and_lines_shown_once() -> None:
    text = "# 5 % of `a_name` & `z[i]`\n\n```answer\na b\n```\n"
    lines = {"a": "h = 1\nda = h", "b": "h = 1\ndb = h"}.__getitem__
    document = as_latex(text, lines)
    assert r"\section*{5 \% of \texttt{a\_name} \& $z_{i}$}" in document
    assert "h = 1\nda = h\ndb = h" in document
    assert as_markdown(text, lines).endswith("```python\nh = 1\nda = h\ndb = h\n```\n")
