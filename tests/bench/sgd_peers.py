"""Epochs a second of scikit-learn's stochastic descent on rows in a file of doubles, row after row,
the target last: sgd_peers.py FILE ROWS COLUMNS classes|numbers RATE STRENGTH EPOCHS."""
import sys
import time

import numpy
from sklearn.linear_model import SGDClassifier, SGDRegressor

path, rows, columns, task = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
rate, strength, epochs = float(sys.argv[5]), float(sys.argv[6]), int(sys.argv[7])
table = numpy.fromfile(path).reshape(rows, columns)
features = numpy.ascontiguousarray(table[:, :-1])
target = table[:, -1].copy()
shared = dict(penalty="l2", alpha=strength, learning_rate="constant", eta0=rate, max_iter=epochs,
              tol=None, shuffle=True, random_state=1)
if task == "classes":
    model = SGDClassifier(loss="log_loss", **shared)
else:
    model = SGDRegressor(loss="squared_error", **shared)
begin = time.perf_counter()
model.fit(features, target)
seconds = (time.perf_counter() - begin) / epochs
scores = features @ model.coef_.ravel() + model.intercept_
if task == "classes":
    loss = numpy.logaddexp(0, -(2 * target - 1) * scores).mean()
else:
    loss = ((scores - target) ** 2).mean()
loss += strength / 2 * (model.coef_ ** 2).sum() * (1 if task == "classes" else 2)
print(seconds, loss)
