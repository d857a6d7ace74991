"""The objective language as Python: formulas are Python expressions, so Python runs their text.

Four things differ, and `compiled` rewrites them in Python's own syntax tree: every number is a
double (`F`), subscripts and ranges are integers (`I`), truth is 1 or 0 (`T`), and x//0, an error in
Python and an infinity in NumPy, is nan (`WHOLE`). What the names
mean is the caller's: doubles and NumPy here, others in bounded.py and symbolic.py.
"""

import ast
import sys

import numpy as np


def _call(name, *arguments):
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


class _Rewrite(ast.NodeTransformer):
    def __init__(self):
        self.turns = []  # loop variables in scope

    def visit_Constant(self, node):
        return _call("F", node)

    def visit_Name(self, node):
        return _call("F", node) if node.id in self.turns else node

    def visit_Subscript(self, node):
        index = self.integer(node.slice)
        return ast.Subscript(self.visit(node.value), index, node.ctx)

    def integer(self, node):
        """Whole numbers stay Python's; what stands in data is converted."""
        turns, self.turns = self.turns, []
        for inner in ast.walk(node):
            if isinstance(inner, ast.Subscript):
                inner.slice = _call("I", inner.slice)
        self.turns = turns
        return _call("I", node)

    def visit_BinOp(self, node):
        node = self.generic_visit(node)
        return _call("WHOLE", node.left, node.right) if isinstance(node.op, ast.FloorDiv) else node

    def visit_BoolOp(self, node):
        return _call("T", self.generic_visit(node))

    def visit_UnaryOp(self, node):
        node = self.generic_visit(node)
        return _call("T", node) if isinstance(node.op, ast.Not) else node

    def visit_GeneratorExp(self, node):
        outside = len(self.turns)
        generators = []
        for generator in node.generators:
            generator.iter.args = [self.integer(argument) for argument in generator.iter.args]
            self.turns.append(generator.target.id)
            generator.ifs = [self.visit(condition) for condition in generator.ifs]
            generators.append(generator)
        element = self.visit(node.elt)
        del self.turns[outside:]
        return ast.GeneratorExp(element, generators)


def compiled(text):
    """Code of each line: [(name or None, code)]."""
    lines = []
    for statement in ast.parse(text).body:
        name = statement.targets[0].id if isinstance(statement, ast.Assign) else None
        tree = ast.Expression(_Rewrite().visit(statement.value))
        lines.append((name, compile(ast.fix_missing_locations(tree), "formula", "eval")))
    return lines


def run(lines, names):
    """The value of the last line."""
    names = dict(names)
    for name, code in lines:
        value = eval(code, names)
        if name is not None:
            names[name] = value
    return value


def listed(values):
    """A vector, or what a comprehension gives, as an array."""
    return values if isinstance(values, np.ndarray) else np.array(list(values), dtype=float)


def _fold(ufunc, neutral):
    def folded(first, *others):
        if others:
            value = first
            for other in others:
                value = ufunc(value, other)
            return value
        return ufunc.reduce(listed(first), initial=neutral)

    return folded


def _mean(values):
    values = listed(values)
    return np.sum(values) / np.float64(len(values))


def _sigmoid(x):
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))[()]


def _erf(x):
    import math

    return np.vectorize(math.erf, otypes=[float])(x)[()]


def compositions(of):
    """Functions that are made of others, whose meanings are `of`."""
    F, where, log = of["F"], of["where"], of["log"]
    return dict(
        silu=lambda x: x * of["sigmoid"](x), log_sigmoid=lambda x: -of["softplus"](-x),
        gelu=lambda x: F(0.5) * x * (F(1.0) + of["erf"](x * F(np.sqrt(2.0) / 2))),
        elu=lambda x, a=F(1.0): where(x <= F(0.0), a * of["expm1"](x), x),
        leaky_relu=lambda x, slope=F(0.01): where(x <= F(0.0), slope * x, x),
        huber=lambda r, d: where(of["abs"](r) <= d, F(0.5) * (r * r),
                                 d * (of["abs"](r) - F(0.5) * d)),
        logaddexp=lambda x, y: where(
            x == y, F(0.5) * x + F(0.5) * y + F(np.log(2.0)),
            of["maximum"](x, y) + of["softplus"](-of["abs"](x - y))),
        xlogy=lambda x, y: where(y <= F(0.0), where(x == F(0.0), F(0.0), x * log(y)), x * log(y)))


def double_names():
    """What the language's names mean in float64."""
    names = {f: getattr(np, f) for f in
             "exp expm1 exp2 log log1p log2 log10 sqrt cbrt sin cos tan sinh cosh tanh sign floor "
             "ceil negative minimum maximum hypot pi e".split() if hasattr(np, f)}
    names.update(
        WHOLE=lambda x, y: np.where(y == 0, np.nan, np.floor_divide(x, y))[()],
        F=np.float64, I=int, T=lambda value: np.float64(bool(value)), range=range, len=len,
        asin=np.arcsin, acos=np.arccos, atan=np.arctan, asinh=np.arcsinh, acosh=np.arccosh,
        atanh=np.arctanh, atan2=np.arctan2, pow=np.power, abs=np.abs, round=np.rint,
        erf=_erf, sigmoid=_sigmoid, softplus=lambda x: np.logaddexp(0, x),
        relu=lambda x: np.where(x <= 0, 0.0, x)[()], square=np.square,
        where=lambda c, a, b: np.where(c, a, b)[()],
        clip=lambda x, low, high: np.minimum(np.maximum(x, low), high),
        sum=lambda values: np.sum(listed(values)), mean=_mean,
        prod=lambda values: np.prod(listed(values)),
        product=lambda values: np.prod(listed(values)),
        min=_fold(np.minimum, np.inf), max=_fold(np.maximum, -np.inf),
        amin=_fold(np.minimum, np.inf), amax=_fold(np.maximum, -np.inf),
        dot=np.dot, norm=np.linalg.norm)
    names.update(compositions(names))
    return names


def programs(file):
    """Reads what the tests write (exchange.h): dictionaries with the text, the variables as
    [name, length or 0], parameters and points; numbers as C99 hexadecimal text."""
    import json

    for line in file:
        program = json.loads(line)
        program["points"] = [[float.fromhex(x) for x in point] for point in program["points"]]
        program["parameters"] = {
            name: float.fromhex(value) if isinstance(value, str)
            else np.array([float.fromhex(x) for x in value])
            for name, value in program["parameters"].items()}
        yield program


def unflatten(program, point):
    """Variables by name, in float64."""
    named, at = {}, 0
    for name, length in program["variables"]:
        values = np.array(point[at:at + max(length, 1)])
        named[name] = values if length else values[0]
        at += max(length, 1)
    return named


def answer(*numbers):
    """One line of output."""
    sys.stdout.write(" ".join(float(number).hex() for number in numbers) + "\n")
