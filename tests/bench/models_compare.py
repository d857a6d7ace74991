#!/usr/bin/python3
"""Time until the gradient's norm of a logistic regression is 1e-6: ours, scikit-learn's L-BFGS and
liblinear, on the same data in one run.

    tests/bench/models_compare.py [build/release/bench/models_bench]

The objective is mean cross-entropy + ||w||^2 / (2 rows), which scikit-learn calls C = 1. Others stop
by rules of their own: of runs with smaller and smaller tolerances, the first counts whose gradient
is as small, or the last. Ours is the time of making the design and of the descent, as theirs begins with
an array.
"""

import subprocess
import sys
import tempfile
import time
import warnings

import numpy
from sklearn.linear_model import LogisticRegression

CASES = [(100_000, 100), (1_000_000, 50)]
WANTED = 1e-6


def make(rows, features):
    random = numpy.random.default_rng(5)
    x = random.standard_normal((rows, features))
    scores = x @ (random.standard_normal(features) * 0.3) + 0.2
    return x, (random.random(rows) < 1 / (1 + numpy.exp(-scores))).astype(float)


def gradient_norm(x, y, w, b, penalise_intercept):
    slopes = (1 / (1 + numpy.exp(-(x @ w + b))) - y) / len(y)
    of_w = x.T @ slopes + w / len(y)
    of_b = slopes.sum() + (b / len(y) if penalise_intercept else 0)
    return float(numpy.sqrt(of_w @ of_w + of_b * of_b))


def theirs(x, y, solver):
    """Seconds of the first run that is good enough, else of the last, and its gradient."""
    for tolerance in [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-10]:
        model = LogisticRegression(solver=solver, C=1.0, tol=tolerance, max_iter=10_000)
        began = time.perf_counter()
        model.fit(x, y)
        seconds = time.perf_counter() - began
        # liblinear penalises the intercept, as a weight of a column of ones.
        norm = gradient_norm(x, y, model.coef_[0], model.intercept_[0], solver == "liblinear")
        if norm <= WANTED:
            break
    return seconds, norm, int(model.n_iter_[0])


def ours(program, x, y):
    with tempfile.NamedTemporaryFile() as file:
        numpy.asfortranarray(x).T.tofile(file)
        y.tofile(file)
        file.flush()
        command = [program, "fit", file.name, str(len(y)), str(x.shape[1])]
        words = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(words[0]), float(words[1]), int(words[2]), float(words[3])


def main():
    warnings.simplefilter("ignore")
    program = sys.argv[1] if len(sys.argv) > 1 else "build/release/bench/models_bench"
    for rows, features in CASES:
        x, y = make(rows, features)
        making, descending, iterations, norm = ours(program, x, y)
        print(f"{rows} x {features}: ours {making + descending:.3f} s ({making:.3f} making, "
              f"{descending:.3f} in {iterations} iterations of lbfgs), gradient {norm:.1e}")
        for name, solver in [("scikit-learn L-BFGS", "lbfgs"), ("liblinear", "liblinear")]:
            seconds, norm, iterations = theirs(x, y, solver)
            print(f"{rows} x {features}: {name} {seconds:.3f} s in {iterations} iterations, gradient "
                  f"{norm:.1e}: {seconds / (making + descending):.1f} times ours", flush=True)


if __name__ == "__main__":
    main()
