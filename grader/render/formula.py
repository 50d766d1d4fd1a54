"""A formula as LaTeX. It is written as Python has it: `sum(p[j] * z[j] for j in range(m))`.

So the same text can be read on a terminal, computed in a test, and set on paper. `dx` is the
gradient of the loss L in x, `D(a, b)` the derivative of a in b, and a comparison 1 or 0.
"""

import ast
import re

GREEK = {"mu": r"\mu", "eps": r"\varepsilon", "inf": r"\infty"}
SIGNS: dict[type[ast.cmpop], str] = {ast.Eq: "=", ast.LtE: r"\le", ast.Lt: "<"}
SUM, SIGN, PRODUCT, POWER, ATOM = range(5)  # how tightly a part is bound


def latex_equation(equation: str, sign: str = "&=") -> str:
    """Of `a = b = c`, or of one side; `&=` is where equations below one another are aligned."""
    return f" {sign} ".join(map(latex, equation.split(" = ")))


def latex(expression: str) -> str:
    """Raises SyntaxError for what is not Python, ValueError for what is not a formula."""
    return _of(ast.parse(expression.strip(), mode="eval").body)[0]


def _of(node: ast.expr) -> tuple[str, int]:
    """Its LaTeX, and how tightly that is bound."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return str(value), ATOM
        case ast.Name(id=name):
            return _name(name), ATOM
        case ast.Subscript(value=ast.Name(id=name), slice=at):
            return _name(name, _indices(at)), ATOM
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"-{_in(operand, PRODUCT)}", SIGN
        case ast.BinOp(left=left, op=op, right=right):
            return _operation(left, op, right)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return f"[{_condition(left, op, right)}]", ATOM
        case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right])):
            when = rf"& \text{{if }} {_condition(left, op, right)} \\ "
            cases = f"{_of(node.body)[0]} {when}{_of(node.orelse)[0]} & \\text{{otherwise}}"
            return rf"\begin{{cases}} {cases} \end{{cases}}", SUM
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _call(name, arguments)
    raise ValueError(f"not part of a formula: {ast.unparse(node)}")


def _in(node: ast.expr, least: int) -> str:
    """With parentheses, where it is bound less tightly than it has to be."""
    text, bound = _of(node)
    return text if bound >= least else rf"\left({text}\right)"


def _name(name: str, indices: str = "") -> str:
    gradient = re.fullmatch(r"d([a-z]\w*)", name)
    if gradient is not None:
        return rf"\frac{{\partial L}}{{\partial {_name(gradient[1], indices)}}}"
    return GREEK.get(name, name) + (f"_{{{indices}}}" if indices else "")


def _indices(at: ast.expr) -> str:
    parts = at.elts if isinstance(at, ast.Tuple) else [at]
    texts = [_of(part)[0] for part in parts]
    return ("" if all(len(text) == 1 for text in texts) else r",\,").join(texts)


def _operation(left: ast.expr, op: ast.operator, right: ast.expr) -> tuple[str, int]:
    match op:
        case ast.Add():
            return f"{_in(left, SUM)} + {_in(right, PRODUCT)}", SUM
        case ast.Sub():
            return f"{_in(left, SUM)} - {_in(right, PRODUCT)}", SUM
        case ast.Mult():
            # A sum reaches to the end of the product: in front it would take in what follows.
            begins = rf"\left({_of(left)[0]}\right)" if _is_sum(left) else _in(left, SIGN)
            dot = r"\cdot" if isinstance(right, ast.Constant) else r"\,"
            return f"{begins} {dot} {_in(right, PRODUCT)}", min(PRODUCT, _of(left)[1])
        case ast.Div() if isinstance(left, ast.UnaryOp):
            return f"-{_operation(left.operand, op, right)[0]}", SIGN
        case ast.Div():
            return rf"\frac{{{_of(left)[0]}}}{{{_of(right)[0]}}}", PRODUCT
        case ast.Pow():
            power = ast.unparse(right).replace(" ", "")  # -1/2 is easier to read on one line
            return f"{_in(left, ATOM)}^{{{power}}}", POWER
    raise ValueError(f"not an operator of a formula: {ast.dump(op)}")


def _is_sum(node: ast.expr) -> bool:
    """Whether it ends in a sum over an index."""
    match node:
        case ast.Call(func=ast.Name(id="sum")):
            return True
        case ast.BinOp(op=ast.Mult(), right=right):
            return _is_sum(right)
        case _:
            return False


def _condition(left: ast.expr, op: ast.cmpop, right: ast.expr) -> str:
    return f"{_of(left)[0]} {SIGNS[type(op)]} {_of(right)[0]}"


def _call(name: str, arguments: list[ast.expr]) -> tuple[str, int]:
    match name, arguments:
        case "sum", [ast.GeneratorExp(elt=summed, generators=[ast.comprehension(target=index)])]:
            return rf"\sum_{{{_of(index)[0]}}} {_in(summed, PRODUCT)}", PRODUCT
        case "exp", [power]:
            return f"e^{{{_of(power)[0]}}}", POWER
        case "log", [of]:
            return rf"\log {_in(of, ATOM)}", PRODUCT
        case "D", [of, by]:
            return rf"\frac{{\partial {_in(of, PRODUCT)}}}{{\partial {_of(by)[0]}}}", PRODUCT
    raise ValueError(f"not a function of a formula: {name}")
