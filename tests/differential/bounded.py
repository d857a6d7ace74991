"""Numbers that know how wrong doubles may be, with derivatives.

A Bounded is an array in extended precision (64 bits: a thousand times finer than a double) with a
running error bound after Wilkinson: how far the same operations in doubles can be from the truth,
to first order. A Dual adds the derivatives by every input, as Bounded arrays with one more axis.

    addition        ea + eb + u|a+b|          u = 2^-53: half an ulp, relative
    multiplication  |a|eb + |b|ea + u|ab|
    f               |f'|ea + 2u|f|            SLEEF's functions and libm's are good to one ulp

What cannot be told from rounded numbers (is a < b, where they are closer than their bounds) raises
Undecided; such programs have no answer that every correct machine would give.
"""

import math

import mpmath
import numpy as np

import names

LD = np.longdouble
U = LD(2) ** -53
TINY = LD(5e-324)  # of a result below the normal range
LARGEST = LD(1.79e308)


class Undecided(Exception):
    """The answer hangs on a rounding error."""


def rounding(value, exact, units=1):
    """What rounding `value` to a double costs: nothing where exact inputs gave a double."""
    error = units * U * np.abs(value) + TINY
    if units == 1 and np.all(exact):
        error = np.where(value.astype(np.float64).astype(LD) == value, LD(0), error)
    return error


class Bounded:
    __slots__ = ("v", "e")

    def __init__(self, v, e=None):
        v = np.asarray(v, dtype=LD)
        self.v = np.where(np.abs(v) < LARGEST, v, LD(np.nan))  # a double would overflow
        self.e = np.zeros(v.shape, LD) if e is None else np.asarray(e, LD)

    def __add__(self, o):
        v = self.v + o.v
        return Bounded(v, self.e + o.e + rounding(v, (self.e == 0) & (o.e == 0)))

    def __neg__(self):
        return Bounded(-self.v, self.e)

    def __sub__(self, o):
        return self + -o

    def __mul__(self, o):
        v = self.v * o.v
        e = np.abs(self.v) * o.e + np.abs(o.v) * self.e + self.e * o.e
        return Bounded(v, e + rounding(v, (self.e == 0) & (o.e == 0)))

    def __truediv__(self, o):
        v = self.v / o.v
        room = np.abs(o.v) - o.e
        e = np.where(room > 0, (self.e + np.abs(v) * o.e) / np.where(room > 0, room, 1), LD(np.inf))
        return Bounded(v, e + rounding(v, (self.e == 0) & (o.e == 0)))

    def apply(self, f, slope, units=2):
        """f with derivative `slope`, whose steepest value near counts."""
        v = f(self.v)
        steep = np.maximum(np.abs(slope(self.v)),
                           np.maximum(np.abs(slope(self.v - self.e)), np.abs(slope(self.v + self.e))))
        e = np.where(self.e == 0, LD(0), steep * self.e)
        return Bounded(v, e + rounding(v, False, units))

    def total(self):
        """Over the first axis, in at most count/8 + 4 additions one after the other: NumPy's
        pairwise sum and our eight lanes need no more."""
        v = np.sum(self.v, axis=0)
        depth = len(self.v) // 8 + 4
        return Bounded(v, np.sum(self.e, axis=0) + depth * (U * np.sum(np.abs(self.v), axis=0) + TINY))


def less(a, b):
    """Elementwise a < b, if it can be told."""
    gap = np.abs(a.v - b.v)
    doubt = a.e + b.e
    if not np.all((gap > doubt) | ((gap == 0) & (doubt == 0))):
        raise Undecided
    return a.v < b.v


def equal(a, b):
    less(a, b)
    return a.v == b.v


def outer(a):
    """A value beside derivatives: one more axis."""
    return Bounded(a.v[..., None], a.e[..., None])


class Dual:
    """v: Bounded of the value's shape; d: Bounded with an axis of inputs more."""

    __array_priority__ = 100
    __slots__ = ("v", "d")
    inputs = 0  # how many there are

    def __init__(self, v, d=None):
        self.v = v
        self.d = Bounded(np.zeros(v.v.shape + (Dual.inputs,), LD)) if d is None else d

    def __add__(self, o):
        o = lift(o)
        return Dual(self.v + o.v, shaped(self, o) + shaped(o, self))

    def __sub__(self, o):
        return self + -lift(o)

    def __neg__(self):
        return Dual(-self.v, -self.d)

    def __mul__(self, o):
        o = lift(o)
        return Dual(self.v * o.v, shaped(self, o) * outer(o.v) + shaped(o, self) * outer(self.v))

    def __truediv__(self, o):
        o = lift(o)
        v = self.v / o.v
        return Dual(v, shaped(self, o) / outer(o.v) - shaped(o, self) * outer(v / o.v))

    def __radd__(self, o): return lift(o) + self
    def __rsub__(self, o): return lift(o) - self
    def __rmul__(self, o): return lift(o) * self
    def __rtruediv__(self, o): return lift(o) / self

    def __pow__(self, o):
        o = lift(o)
        k = float(o.v.v) if o.v.v.shape == () else 0.5
        if np.all(o.v.e == 0) and k == math.floor(k) and abs(k) <= 64 and not o.d.v.any():
            return whole_power(self, int(k))
        if np.all(o.v.e == 0) and k == 0.5 and not o.d.v.any():
            return FUNCTIONS["sqrt"](self)
        return power(self, o)

    def __rpow__(self, o): return power(lift(o), self)

    def __floordiv__(self, o):
        o = lift(o)
        return constant(floored(self.v, o.v))

    def __mod__(self, o):
        o = lift(o)
        whole = Bounded(floored(self.v, o.v))
        v = self.v.v - whole.v * o.v.v
        e = self.v.e + np.abs(whole.v) * o.v.e
        return Dual(Bounded(v, e + rounding(v, (self.v.e == 0) & (o.v.e == 0))),
                    shaped(self, o) - shaped(o, self) * outer(whole))

    def __rmod__(self, o): return lift(o) % self
    def __rfloordiv__(self, o): return lift(o) // self

    def __lt__(self, o): return constant(less(self.v, lift(o).v))
    def __gt__(self, o): return constant(less(lift(o).v, self.v))
    def __le__(self, o): return constant(~less(lift(o).v, self.v))
    def __ge__(self, o): return constant(~less(self.v, lift(o).v))
    def __eq__(self, o): return constant(equal(self.v, lift(o).v))
    def __ne__(self, o): return constant(~equal(self.v, lift(o).v))

    def __bool__(self):
        return bool(equal(self.v, Bounded(0)) == False)  # noqa: E712, an array's truth

    def __int__(self):
        return int(self.v.v)

    def __len__(self):
        return len(self.v.v)

    def __getitem__(self, i):
        return Dual(Bounded(self.v.v[i], self.v.e[i]), Bounded(self.d.v[i], self.d.e[i]))


def constant(values):
    return Dual(Bounded(np.asarray(values, dtype=LD)))


def lift(x):
    return x if isinstance(x, Dual) else constant(x)


def shaped(a, b):
    """The derivatives of a number beside a vector's: the same for each element."""
    if a.v.v.ndim < b.v.v.ndim:
        return Bounded(a.d.v[None, :], a.d.e[None, :])
    return a.d


def near(a, step):
    """True where a rounding error could cross a step of this whole-valued function."""
    return (step(a.v - a.e) != step(a.v + a.e)) & (a.e > 0)


def floored(a, b):
    quotient = a / b
    # A quotient of exact numbers is compared with whole numbers exactly.
    if np.all(a.e == 0) and np.all(b.e == 0):
        return np.floor_divide(a.v, b.v)
    if np.any(near(quotient, np.floor)) or np.any(np.isnan(quotient.v)):
        raise Undecided
    return np.floor(quotient.v)


def chained(x, value, slope):
    """f(x) with f'(x) = slope, both Bounded."""
    return Dual(value, x.d * outer(slope))


def whole_power(x, k):
    def at(j):  # |j| - 1 multiplications, and a division
        v = x.v.v ** LD(j) if j else np.ones_like(x.v.v)
        e = np.zeros_like(v) if j == 0 else np.abs(j * x.v.v ** LD(j - 1)) * x.v.e
        return Bounded(v, e + rounding(v, (x.v.e == 0) & (abs(j) < 3) & (j >= 0), max(abs(j), 1)))

    if k == 0:
        return constant(np.ones_like(x.v.v))
    return chained(x, at(k), Bounded(k) * at(k - 1))


def power(x, y):
    if np.any((x.v.v <= x.v.e) & ~((x.v.v == 0) & (x.v.e == 0))):
        raise Undecided  # of a base below 0 only whole exponents, as they come
    v = x.v.v ** y.v.v
    with np.errstate(all="ignore"):
        log = np.where(x.v.v > 0, np.log(x.v.v), LD(0))
        by_x = np.where(y.v.v == 0, LD(0), y.v.v * x.v.v ** (y.v.v - 1))
    e = np.where(x.v.e > 0, np.abs(by_x) * x.v.e, 0) + np.where(y.v.e > 0, np.abs(v * log) * y.v.e, 0)
    value = Bounded(v, e + rounding(v, False, 2))
    # As the gradient computes them: y * x**(y-1) and z * log(x).
    second = np.abs(by_x * (y.v.v - 1) / np.where(x.v.v == 0, 1, x.v.v))
    bx = Bounded(by_x, second * x.v.e + np.abs(by_x * log) * y.v.e
                 + np.abs(x.v.v ** (y.v.v - 1)) * y.v.e + rounding(by_x, False, 6)
                 + 2 * U * np.abs(by_x * y.v.v * log))
    by = value * Bounded(log, x.v.e / np.where(x.v.v > 0, x.v.v, 1) + rounding(log, False, 2))
    return Dual(value, shaped(x, y) * outer(bx) + shaped(y, x) * outer(by))


def elementary(f, slope, rule, units=2):
    """f by NumPy with derivative `slope`; `rule` gives the derivative from x and f(x), Bounded, in
    the operations that the language's table uses."""
    def applied(x):
        x = lift(x)
        value = x.v.apply(f, slope, units)
        return chained(x, value, rule(x.v, value))

    return applied


def _b(f, slope, units=2):
    return lambda x: x.apply(f, slope, units)


ONE, TWO, HALF = Bounded(1), Bounded(2), Bounded(0.5)
_exp = _b(np.exp, np.exp)
_sin = _b(np.sin, np.cos)
_cos = _b(np.cos, np.sin)
_sinh = _b(np.sinh, np.cosh)
_cosh = _b(np.cosh, np.sinh)
_root = _b(np.sqrt, lambda x: 0.5 / np.sqrt(x), 1)


@np.vectorize
def _erf(x):
    with mpmath.workprec(70):
        high = float(x)
        value = mpmath.erf(mpmath.mpf(high) + mpmath.mpf(float(x - high)))
        return LD(float(value)) + LD(float(value - float(value)))


def _sigmoid_value(x):
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


_sigmoid = _b(_sigmoid_value, lambda x: _sigmoid_value(x) * _sigmoid_value(-x), 6)
_LN2, _LN10 = Bounded(np.log(LD(2)), U), Bounded(np.log(LD(10)), 2 * U)
_TWO_BY_ROOT_PI = Bounded(2 / np.sqrt(LD(np.pi)), U)


def _one_less_square(x):
    return (ONE - x) * (ONE + x)


FUNCTIONS = {
    "exp": elementary(np.exp, np.exp, lambda x, z: z),
    "expm1": elementary(np.expm1, np.exp, lambda x, z: z + ONE),
    "exp2": elementary(np.exp2, np.exp2, lambda x, z: _LN2 * z),
    "log": elementary(np.log, lambda x: 1 / x, lambda x, z: ONE / x),
    "log1p": elementary(np.log1p, lambda x: 1 / (1 + x), lambda x, z: ONE / (ONE + x)),
    "log2": elementary(np.log2, lambda x: 1.5 / x, lambda x, z: ONE / (_LN2 * x)),
    "log10": elementary(np.log10, lambda x: 0.5 / x, lambda x, z: ONE / (_LN10 * x)),
    "sqrt": elementary(np.sqrt, lambda x: 0.5 / np.sqrt(x), lambda x, z: HALF / z, 1),
    "cbrt": elementary(np.cbrt, lambda x: 1 / (3 * np.cbrt(x) ** 2),
                       lambda x, z: ONE / (Bounded(3) * (z * z))),
    "sin": elementary(np.sin, np.cos, lambda x, z: _cos(x)),
    "cos": elementary(np.cos, np.sin, lambda x, z: -_sin(x)),
    "tan": elementary(np.tan, lambda x: 1 + np.tan(x) ** 2, lambda x, z: ONE + z * z),
    "asin": elementary(np.arcsin, lambda x: 1 / np.sqrt(1 - x * x),
                       lambda x, z: ONE / _root(_one_less_square(x))),
    "acos": elementary(np.arccos, lambda x: 1 / np.sqrt(1 - x * x),
                       lambda x, z: -(ONE / _root(_one_less_square(x)))),
    "atan": elementary(np.arctan, lambda x: 1 / (1 + x * x), lambda x, z: ONE / (ONE + x * x)),
    "sinh": elementary(np.sinh, np.cosh, lambda x, z: _cosh(x)),
    "cosh": elementary(np.cosh, np.sinh, lambda x, z: _sinh(x)),
    "tanh": elementary(np.tanh, lambda x: 1 - np.tanh(x) ** 2, lambda x, z: ONE - z * z),
    "asinh": elementary(np.arcsinh, lambda x: 1 / np.hypot(x, 1),
                        lambda x, z: ONE / _root(x * x + ONE)),
    "acosh": elementary(np.arccosh, lambda x: 1 / np.sqrt(x * x - 1),
                        lambda x, z: ONE / (_root(x - ONE) * _root(x + ONE))),
    "atanh": elementary(np.arctanh, lambda x: 1 / (1 - x * x),
                        lambda x, z: ONE / _one_less_square(x)),
    "erf": elementary(_erf, lambda x: 1.13 * np.exp(-x * x),
                      lambda x, z: _TWO_BY_ROOT_PI * _exp(-(x * x))),
    "sigmoid": elementary(_sigmoid_value, lambda x: _sigmoid_value(x) * _sigmoid_value(-x),
                          lambda x, z: z * _sigmoid(-x), 6),
    "softplus": elementary(lambda x: np.logaddexp(LD(0), x), _sigmoid_value,
                           lambda x, z: _sigmoid(x), 6),
}


def choose(condition, a, b):
    """a where the condition holds; what is not chosen counts for nothing."""
    a, b = lift(a), lift(b)
    c = lift(condition).v
    taken = ~equal(c, Bounded(0))
    shape = np.broadcast_shapes(taken.shape, a.v.v.shape, b.v.v.shape)

    def pick(x, y, extra=()):
        full = shape + extra
        wide = taken[..., None] if extra else taken
        lead = (lambda t: t if t.ndim == len(full) or not extra else t[None, :])
        return np.where(np.broadcast_to(wide, full), np.broadcast_to(lead(x), full),
                        np.broadcast_to(lead(y), full))

    count = (Dual.inputs,)
    return Dual(Bounded(pick(a.v.v, b.v.v), pick(a.v.e, b.v.e)),
                Bounded(pick(a.d.v, b.d.v, count), pick(a.d.e, b.d.e, count)))


def smaller(a, b):
    return _extreme(lift(a), lift(b), lambda x, y: less(x, y))


def larger(a, b):
    return _extreme(lift(a), lift(b), lambda x, y: less(y, x))


def _extreme(a, b, first):
    wins = choose(constant(first(a.v, b.v)), a, b)
    # Ties of exact numbers share equally.
    tie = equal(a.v, b.v)
    if not np.any(tie):
        return wins
    halves = (a + b) * constant(LD(0.5))
    return choose(constant(tie), halves, wins)


def stepped(f):
    def applied(x):
        x = lift(x)
        if np.any(near(x.v, f)):
            raise Undecided
        return constant(f(x.v.v))

    return applied


def absolute(x):
    x = lift(x)
    return x * stepped(np.sign)(x)


def vector(values):
    """What a comprehension gives, stacked."""
    if isinstance(values, Dual):
        return values
    values = [lift(value) for value in values]
    if not values:
        return Dual(Bounded(np.zeros(0, LD)))
    return Dual(Bounded(np.stack([x.v.v for x in values]), np.stack([x.v.e for x in values])),
                Bounded(np.stack([x.d.v for x in values]), np.stack([x.d.e for x in values])))


def total(values):
    values = vector(values)
    return Dual(values.v.total(), values.d.total())


def mean(values):
    values = vector(values)
    return total(values) / constant(len(values))


def product(values):
    values = vector(values)
    result = constant(LD(1))
    for i in range(len(values)):
        result = result * values[i]
    return result


def extreme(which, neutral):
    """Equal elements share the derivative equally, however many they are."""
    def folded(first, *others):
        if others:
            value = first
            for other in others:
                value = which(value, other)
            return lift(value)
        values = vector(first)
        if len(values) == 0:
            return Dual(Bounded(np.asarray(neutral, LD)))
        best = values[0]
        for i in range(1, len(values)):
            best = which(Dual(best.v), Dual(values[i].v))
        ties = [values[i] for i in range(len(values)) if bool(equal(values[i].v, best.v))]
        d = total(ties) / constant(len(ties))
        return Dual(best.v, d.d)

    return folded


def hypot(a, b):
    a, b = lift(a), lift(b)
    z = np.hypot(a.v.v, b.v.v)
    value = Bounded(z, a.v.e + b.v.e + rounding(z, False, 2))
    if np.any((z <= value.e) & (z != 0)):
        raise Undecided
    safe = Bounded(np.where(z == 0, LD(1), z), value.e)
    return Dual(value, shaped(a, b) * outer(a.v / safe) + shaped(b, a) * outer(b.v / safe))


def norm(values):
    squares = total(values * values)
    if squares.v.v == 0:
        return Dual(Bounded(np.asarray(LD(0)), squares.v.e))
    return FUNCTIONS["sqrt"](squares)


def atan2(y, x):
    y, x = lift(y), lift(x)
    squares = y.v * y.v + x.v * x.v
    z = np.arctan2(y.v.v, x.v.v)
    near_cut = (np.abs(y.v.v) <= y.v.e) & (x.v.v <= x.v.e)
    if np.any(near_cut):
        raise Undecided
    value = Bounded(z, (y.v.e * np.abs(x.v.v) + x.v.e * np.abs(y.v.v)) / squares.v
                    + rounding(z, False, 2))
    return Dual(value, shaped(y, x) * outer(x.v / squares) - shaped(x, y) * outer(y.v / squares))


def bounded_names():
    """What the language's names mean to Duals."""
    meanings = dict(FUNCTIONS)
    meanings.update(
        WHOLE=lambda x, y: lift(x) // y, F=lift, I=int, T=lambda value: constant(bool(value)), range=range, len=len,
        pi=Dual(Bounded(np.pi)), e=Dual(Bounded(np.e)),
        negative=lambda x: -lift(x), pow=lambda x, y: lift(x) ** y, hypot=hypot, atan2=atan2, minimum=smaller, maximum=larger,
        abs=absolute, sign=stepped(np.sign), floor=stepped(np.floor), ceil=stepped(np.ceil),
        round=stepped(np.rint), where=choose, square=lambda x: lift(x) * x,
        relu=lambda x: choose(lift(x) > 0, x, constant(0)),
        clip=lambda x, low, high: _clip(lift(x), lift(low), lift(high)),
        sum=total, mean=mean, prod=product, product=product, norm=norm,
        dot=lambda a, b: total(a * b), min=extreme(smaller, np.inf), max=extreme(larger, -np.inf),
        amin=extreme(smaller, np.inf), amax=extreme(larger, -np.inf))
    meanings.update(names.compositions(meanings))
    return meanings


def _clip(x, low, high):
    raised = choose(x < low, low, x)
    return choose(high < raised, high, raised)


def truth(lines, program, point):
    """Value and gradient, each as (truth, bound); raises Undecided."""
    Dual.inputs = len(point)
    meanings = bounded_names()
    for name, value in program["parameters"].items():
        meanings[name] = constant(value)
    at = 0
    for name, length in program["variables"]:
        count = max(length, 1)
        rows = np.eye(count, len(point), at, dtype=LD)
        values = np.array(point[at:at + count], dtype=LD)
        meanings[name] = (Dual(Bounded(values), Bounded(rows)) if length
                          else Dual(Bounded(values[0]), Bounded(rows[0])))
        at += count
    with np.errstate(all="ignore"):
        return lift(names.run(lines, meanings))
