"""One run, as it descends. Only runs with the label metrics=on have series of their own."""

from vocabulary import asked, dashboard, row, series, stat, text

RUN = 'instance=~"$instance",run="$run"'


def now(metric):
    return f"max({metric}{{{RUN}}})"


HOW = text(
    "How to see a run here", "Which runs have series of their own.",
    "Runs with the label `metrics=on` are shown while they run, and some minutes longer: "
    "`thalweg minimize … --label metrics=on`. At most `--metrics-runs` at a time. "
    "[Open this run in the server's own dashboard](${thalweg}/#/runs/${run}): every iterate, and why it ended.")

AT_A_GLANCE = row("Now", [
    HOW,
    stat("Iteration", "Iterations made.", "short", now("thalweg_run_iteration"), decimals=0),
    stat("Value", "The objective at the newest iterate.", "none", now("thalweg_run_value")),
    stat("Best value", "The best of all iterates so far.", "none", now("thalweg_run_best_value")),
    stat("Gradient norm", "Euclidean norm of the gradient at the newest iterate.", "none",
         now("thalweg_run_gradient_norm")),
    stat("Step", "Length of the last step.", "none", now("thalweg_run_step_norm")),
    stat("Learning rate", "The rate of the last step.", "none", now("thalweg_run_learning_rate")),
])

DESCENT = row("Descent", [
    series("Value", "The objective at the newest iterate, and the best so far; linear close to zero, "
           "logarithmic beyond.", "none",
           {"value": now("thalweg_run_value"), "best": now("thalweg_run_best_value")}, width=12,
           log=True),
    series("Gradient norm", "Euclidean norm; falling straight lines are linear convergence.", "none",
           {"gradient norm": now("thalweg_run_gradient_norm")}, width=12, log=True),
    series("Step", "Length of the last step.", "none", {"step": now("thalweg_run_step_norm")},
           log=True),
    series("Learning rate", "The rate of the last step.", "none",
           {"learning rate": now("thalweg_run_learning_rate")}, log=True),
    series("Iterations a second", "How fast the run gets on.", "cps",
           {"iterations": f"max(deriv(thalweg_run_iteration{{{RUN}}}[$__rate_interval]))"}),
])

DASHBOARD = dashboard(
    "thalweg-run", "Thalweg: one run",
    "One run as it descends: value, gradient norm, step, learning rate. For runs with the label metrics=on.",
    variables=[asked("run", "Run", 'label_values(thalweg_run_iteration{instance=~"$instance"}, run)',
                     multi=False)],
    rows=[AT_A_GLANCE, DESCENT])
