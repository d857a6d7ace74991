"""Gradients of formulas by SymPy: differentiated symbolically, evaluated in 30 digits.

    python3 derivatives.py <programs >answers

For each point a line of hexadecimal numbers: for every coordinate the derivative, and how far
doubles may be from it (bounded.py; nan where the answer hangs on a rounding error).
"""

import sys

import mpmath
import numpy as np
import sympy

import bounded
import names

mpmath.mp.dps = 30


def elementwise(f):
    return lambda *arguments: np.vectorize(f, otypes=[object])(*arguments)[()]


def number(value):
    """The double itself; in 40 digits, as rational numbers grow without end."""
    if isinstance(value, np.ndarray):
        return np.array([number(element) for element in value], dtype=object)
    if isinstance(value, sympy.Basic):
        return value
    whole = float(value).is_integer()
    return sympy.Integer(int(value)) if whole else sympy.Float(float(value), 40)


class Floor(sympy.Function):
    """SymPy leaves the derivatives of steps as they are; a step's derivative is 0."""

    def fdiff(self, which=1):
        return sympy.Integer(0)


class Sign(Floor):
    pass


class Cbrt(sympy.Function):
    """The real root, of negative numbers too."""

    def fdiff(self, which=1):
        return 1 / (3 * self ** 2)


NUMERIC = {"Floor": mpmath.floor, "Sign": mpmath.sign,
           "Cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x))}


def listed(values):
    return list(values)


def total(values):
    return sympy.Add(*listed(values))


def mean(values):
    values = listed(values)
    return sympy.Add(*values) / len(values) if values else sympy.nan


def symbolic_names():
    meanings = {name: elementwise(getattr(sympy, name)) for name in
                "exp log sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh "
                "erf".split()}
    meanings.update(
        F=number, I=int, range=range, len=len, pi=number(np.pi), e=number(np.e),
        T=lambda value: sympy.Integer(bool(value)),
        WHOLE=elementwise(lambda x, y: Floor(x / y)),
        floor=elementwise(Floor), sign=elementwise(Sign), cbrt=elementwise(Cbrt),
        expm1=elementwise(lambda x: sympy.exp(x) - 1), exp2=elementwise(lambda x: 2 ** x),
        log1p=elementwise(lambda x: sympy.log(1 + x)),
        log2=elementwise(lambda x: sympy.log(x, 2)), log10=elementwise(lambda x: sympy.log(x, 10)),
        sigmoid=elementwise(lambda x: 1 / (1 + sympy.exp(-x))),
        softplus=elementwise(lambda x: sympy.log(1 + sympy.exp(x))),
        abs=elementwise(sympy.Abs), ceil=elementwise(lambda x: -Floor(-x)), negative=lambda x: -x,
        round=elementwise(lambda x: Floor(x + sympy.Rational(1, 2))),
        minimum=elementwise(sympy.Min), maximum=elementwise(sympy.Max),
        pow=elementwise(lambda x, y: x ** y), atan2=elementwise(sympy.atan2),
        hypot=elementwise(lambda x, y: sympy.sqrt(x * x + y * y)), square=lambda x: x * x,
        relu=elementwise(lambda x: sympy.Max(x, 0)),
        clip=elementwise(lambda x, low, high: sympy.Min(sympy.Max(x, low), high)),
        where=elementwise(lambda c, a, b: sympy.Piecewise((a, sympy.Ne(c, 0)
                                                           if isinstance(c, sympy.Expr) else c),
                                                          (b, True))),
        sum=total, mean=mean, norm=lambda v: sympy.sqrt(total(v * v)), dot=lambda a, b: total(a * b),
        prod=lambda values: sympy.Mul(*listed(values)),
        product=lambda values: sympy.Mul(*listed(values)))
    meanings.update(names.compositions(meanings))
    return meanings


def gradient(program):
    """A function of a point, by mpmath."""
    meanings = symbolic_names()
    symbols = []
    for name, length in program["variables"]:
        new = [sympy.Symbol(f"{name}{i}", real=True) for i in range(max(length, 1))]
        symbols += new
        meanings[name] = np.array(new, dtype=object) if length else new[0]
    for name, value in program["parameters"].items():
        meanings[name] = number(value)
    formula = sympy.sympify(names.run(names.compiled(program["text"]), meanings))
    derivatives = [sympy.diff(formula, symbol) for symbol in symbols]
    return sympy.lambdify(symbols, derivatives, [NUMERIC, "mpmath"])


def main():
    for program in names.programs(sys.stdin):
        by_sympy = gradient(program)
        lines = names.compiled(program["text"])
        for point in program["points"]:
            derivatives = by_sympy(*[mpmath.mpf(x) for x in point])
            bounds = np.full(len(point), np.nan)
            try:
                bounds = bounded.truth(lines, program, point).d.e
            except bounded.Undecided:
                pass
            numbers = np.empty(2 * len(point))
            numbers[::2] = [float(mpmath.re(d)) for d in derivatives]
            numbers[1::2] = bounds
            names.answer(*numbers)


main()
