"""Values and gradients of formulas: by NumPy in doubles, and in extended precision with bounds.

    python3 values.py <programs >answers

For each point a line of hexadecimal numbers: NumPy's value; the true value and how far doubles
may be from it; then for every coordinate the true derivative and its bound. Where the answer hangs
on a rounding error, all but NumPy's value are nan.
"""

import sys

import numpy as np

import bounded
import names


def main():
    meanings = names.double_names()
    for program in names.programs(sys.stdin):
        lines = names.compiled(program["text"])
        meanings_here = {**meanings, **program["parameters"]}
        for point in program["points"]:
            with np.errstate(all="ignore"):
                value = names.run(lines, {**meanings_here, **names.unflatten(program, point)})
            numbers = [value] + [np.nan] * (2 + 2 * len(point))
            if program["bounds"]:
                try:
                    true = bounded.truth(lines, program, point)
                    numbers[1:3] = true.v.v, true.v.e
                    numbers[3::2], numbers[4::2] = true.d.v, true.d.e
                except bounded.Undecided:
                    pass
            names.answer(*numbers)


main()
