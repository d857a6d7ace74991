"""Do runs converge, at what cost, and how do they end otherwise? By method and kind of objective."""

from vocabulary import GREEN, RED, YELLOW, asked, bars, dashboard, heat, row, series, stat, table

HERE = 'instance=~"$instance",algorithm=~"$algorithm"'
KINDS = HERE + ',objective=~"$objective"'
DECADES = [f"1e{power:+d}" for power in range(-12, 4)] + ["none"]


def ended(outcome, by=""):
    """The share of the runs in the time shown that ended so; cancelled ones are left out."""
    grouped = f" by ({by})" if by else ""
    return (f'sum{grouped} (increase(thalweg_runs_finished_total{{{HERE},outcome="{outcome}"}}[$__range])) / '
            f'(sum{grouped} (increase(thalweg_runs_finished_total{{{HERE},outcome!="cancelled"}}[$__range])) > 0)')


def quantile(q, histogram, by=""):
    labels = ", ".join(filter(None, ["le", by]))
    return f"histogram_quantile({q}, sum by ({labels}) (increase({histogram}_bucket{{{KINDS}}}[$__range])))"


def spread(histogram):
    return f"sum by (le) (increase({histogram}_bucket{{{KINDS}}}[$__rate_interval]))"


AT_A_GLANCE = row("At a glance: the time shown", [
    stat("Runs ended", "All of them, cancelled ones too.", "short",
         f"sum(increase(thalweg_runs_finished_total{{{HERE}}}[$__range]))", decimals=0),
    stat("Converged", "Share of the runs that met a stopping rule of success.", "percentunit",
         ended("converged"), [(None, RED), (0.5, YELLOW), (0.8, GREEN)]),
    stat("Diverged", "Share of the runs whose value grew without bound.", "percentunit",
         ended("diverged"), [(None, GREEN), (0.1, YELLOW), (0.5, RED)],
         alerts=["ThalwegDivergingSurge"]),
    stat("Stalled", "Share of the runs that no longer improved, short of their goal.", "percentunit",
         ended("stalled"), [(None, GREEN), (0.3, YELLOW), (0.5, RED)], alerts=["ThalwegStallSurge"]),
    stat("Met NaN", "Share of the runs that ended at NaN or an infinity.", "percentunit",
         ended("non_finite"), [(None, GREEN), (0.1, YELLOW), (0.5, RED)],
         alerts=["ThalwegNonFiniteSurge"]),
    stat("Iterations to converge", "Half of the runs that converged needed at most as many; interpolated "
         "between powers of ten.", "short",
         quantile(0.5, "thalweg_convergence_iterations")),
])

ENDS = row("How runs end", [
    series("Ends", "Runs ended a minute, by outcome.", "cpm",
           {"{{outcome}}": "60 * sum by (outcome) "
            f"(rate(thalweg_runs_finished_total{{{HERE}}}[$__rate_interval]))"}, width=12, stack=True),
    series("Converged, by method", "Share of an hour's runs of a method that converged.", "percentunit",
           {"{{algorithm}}": "topk(10, max by (algorithm) "
            f"(thalweg:convergence_success_ratio:increase1h{{{HERE}}}))"}, width=12),
    table("Methods and outcomes", "Runs ended in the time shown.", "short",
          f"round(sum by (algorithm, outcome) (increase(thalweg_runs_finished_total{{{HERE}}}[$__range]))) > 0",
          {"rowField": "algorithm", "columnField": "outcome", "valueField": "Value",
           "emptyValue": "null"}, {}, width=12),
    bars("Reasons", "Runs ended in the time shown, by outcome and the rule that was met.", "short",
         {"{{reason}}": "sort_desc(round(sum by (reason) "
          f"(increase(thalweg_convergence_runs_total{{{KINDS}}}[$__range]))) > 0)"}, width=12),
    table("Kinds of objectives and reasons", "Runs ended in the time shown.", "short",
          f"round(sum by (objective, reason) (increase(thalweg_convergence_runs_total{{{KINDS}}}[$__range]))) > 0",
          {"rowField": "objective", "columnField": "reason", "valueField": "Value",
           "emptyValue": "null"}, {}),
])

COST = row("What converging costs", [
    heat("Iterations to converge", "Of the runs that converged.", "short",
         spread("thalweg_convergence_iterations"), width=12),
    heat("Evaluations to converge", "Of the runs that converged; values and gradients.", "short",
         spread("thalweg_convergence_evaluations"), width=12),
    bars("Iterations, by method", "Half of a method's converged runs needed at most as many, in the time shown.",
         "short", {"{{algorithm}}": f"topk(15, {quantile(0.5, 'thalweg_convergence_iterations', 'algorithm')} > 0)"}),
    bars("Iterations, by method: slow ones", "Nine of ten converged runs needed at most as many.", "short",
         {"{{algorithm}}": f"topk(15, {quantile(0.9, 'thalweg_convergence_iterations', 'algorithm')} > 0)"}),
    bars("Evaluations, by method", "Half of a method's converged runs needed at most as many.", "short",
         {"{{algorithm}}": f"topk(15, {quantile(0.5, 'thalweg_convergence_evaluations', 'algorithm')} > 0)"}),
    series("Iterations over time", "Of the runs that converged, by kind of objective.", "short",
           {"p50 {{objective}}": "histogram_quantile(0.5, sum by (le, objective) "
            f"(rate(thalweg_convergence_iterations_bucket{{{KINDS}}}[$__rate_interval])))",
            "p90 {{objective}}": "histogram_quantile(0.9, sum by (le, objective) "
            f"(rate(thalweg_convergence_iterations_bucket{{{KINDS}}}[$__rate_interval])))"}, width=12),
    series("Time to end", "How long runs took, by how they ended: 90 of 100.", "s",
           {"{{outcome}}": "histogram_quantile(0.9, sum by (le, outcome) (rate(thalweg_run_duration_seconds_bucket"
            '{instance=~"$instance"}[$__rate_interval])))'}, width=12),
])

NORMS = row("Where they end", [
    bars("Final gradient norms", "Runs that ended in the time shown, by the power of ten of their last "
         "gradient's norm.", "short",
         {decade: f"round(sum(increase(thalweg_convergence_gradient_norm_decade_total{{{HERE},"
          f'decade="{decade}"}}[$__range]))) or vector(0)' for decade in DECADES},  # one by one, for their order
         width=12, height=12),
    series("Final gradient norms over time", "Runs a minute, by decade.", "cpm",
           {"{{decade}}": "60 * sum by (decade) "
            f"(rate(thalweg_convergence_gradient_norm_decade_total{{{HERE}}}[$__rate_interval])) > 0"},
           width=12, stack=True),
])

TROUBLE = row("Trouble", [
    series("Diverged, by method", "Share of the runs that ended within half an hour.", "percentunit",
           {"{{algorithm}}": "topk(10, max by (algorithm) (thalweg:runs_finished_ratio:increase30m"
            f'{{{HERE},outcome="diverged"}}))'}, limit=0.5, alerts=["ThalwegDivergingSurge"]),
    series("Stalled, by method", "Share of the runs that ended within half an hour.", "percentunit",
           {"{{algorithm}}": "topk(10, max by (algorithm) (thalweg:runs_finished_ratio:increase30m"
            f'{{{HERE},outcome="stalled"}}))'}, limit=0.5, alerts=["ThalwegStallSurge"]),
    series("Met NaN, by method", "Share of the runs that ended within half an hour.", "percentunit",
           {"{{algorithm}}": "topk(10, max by (algorithm) (thalweg:runs_finished_ratio:increase30m"
            f'{{{HERE},outcome="non_finite"}}))'}, limit=0.5, alerts=["ThalwegNonFiniteSurge"]),
    series("Evaluations that were not finite", "A second, NaN and infinities.", "cps",
           {"{{class}}": "sum by (class) (rate(thalweg_nonfinite_evaluations_total"
            '{instance=~"$instance"}[$__rate_interval]))'}, width=12,
           alerts=["ThalwegNonFiniteEvaluations"]),
    series("Share of evaluations that were not finite", "In ten minutes.", "percentunit",
           {"{{instance}}": 'thalweg:nonfinite_ratio:rate10m{instance=~"$instance"}'}, width=12,
           limit=0.2, alerts=["ThalwegNonFiniteEvaluations"]),
])

DASHBOARD = dashboard(
    "thalweg-convergence", "Thalweg: convergence",
    "Do runs converge, at what cost, and how do they end otherwise? By method and kind of objective.",
    variables=[
        asked("algorithm", "Method", "label_values(thalweg_runs_finished_total, algorithm)"),
        asked("objective", "Objective", "label_values(thalweg_convergence_runs_total, objective)"),
    ],
    rows=[AT_A_GLANCE, ENDS, COST, NORMS, TROUBLE])
