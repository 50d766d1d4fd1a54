"""A derivation with the lines of the worked answer, as Markdown and as LaTeX."""

import ast
import re
from collections.abc import Callable, Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from grader.course.derivation import equations
from grader.render.formula import GREEK, latex_equation

ANSWER = re.compile(r"^```answer\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LETTERS = 2  # of a name in a formula; a longer one is a name in the code
FUNCTIONS = ("exp", "log", "sum", "range")
ESCAPED = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    sign: f"\\{sign}" for sign in "&%$#_{}"
}
PREAMBLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage[margin=25mm]{geometry}
\usepackage{amsmath}
\setlength{\parindent}{0pt}
\setlength{\parskip}{1ex}
\begin{document}"""

Lines = Callable[[str], str]  # of the worked answer, by gradient


def as_markdown(text: str, lines: Lines) -> str:
    """With the lines of the worked answer where it names their gradients."""
    return ANSWER.sub(lambda block: f"```python\n{_answer(block[1], lines)}\n```", text)


def as_latex(text: str, lines: Lines) -> str:
    """A whole document, for pdflatex."""
    tokens = MarkdownIt().parse(text)
    parts = (part for at, token in enumerate(tokens) for part in _part(tokens, at, token, lines))
    return "\n\n".join([PREAMBLE, *parts, r"\end{document}"]) + "\n"


def _part(tokens: list[Token], at: int, token: Token, lines: Lines) -> Iterator[str]:
    if token.type == "fence" and token.info == "equation":
        rows = (latex_equation(equation) for equation in equations(token.content))
        yield "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"
    elif token.type == "fence":
        code = _answer(token.content, lines)
        yield f"{{\\footnotesize\n\\begin{{verbatim}}\n{code}\n\\end{{verbatim}}\n}}"
    elif token.type == "inline":
        said = "".join(map(_words, token.children or ()))
        heading = {"h1": r"\section*", "h2": r"\subsection*"}.get(tokens[at - 1].tag)
        yield f"{heading}{{{said}}}" if heading else said


def _answer(gradients: str, lines: Lines) -> str:
    """Each line once: one may make several of the gradients."""
    found = [line for gradient in gradients.split() for line in lines(gradient).split("\n")]
    return "\n".join(dict.fromkeys(found))


def _words(part: Token) -> str:
    if part.type == "code_inline":
        code = part.content
        return f"${latex_equation(code, '=')}$" if _is_formula(code) else _typed(code)
    return " " if part.type == "softbreak" else _escaped(part.content)


def _is_formula(code: str) -> bool:
    names = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    return all(len(name) <= LETTERS or name in (*GREEK, *FUNCTIONS) for name in names)


def _typed(code: str) -> str:
    return f"\\texttt{{{_escaped(code)}}}"


def _escaped(text: str) -> str:
    return "".join(ESCAPED.get(sign, sign) for sign in text)
