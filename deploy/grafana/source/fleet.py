"""All servers: load, latency, errors, saturation, storage, memory."""

from vocabulary import BLUE, GREEN, RED, YELLOW, bars, dashboard, heat, row, series, stat

HERE = 'instance=~"$instance"'
JOB = f'job="thalweg",{HERE}'


def p(quantile, histogram, by="", where=""):
    """A quantile of a histogram, per label in `by`, of the servers chosen."""
    chosen = ",".join(filter(None, [HERE, where]))
    labels = ", ".join(filter(None, ["le", by]))
    return (f"histogram_quantile({quantile}, sum by ({labels}) "
            f"(rate({histogram}_bucket{{{chosen}}}[$__rate_interval])))")


def rate(metric, by, where=""):
    chosen = ",".join(filter(None, [HERE, where]))
    return f"sum by ({by}) (rate({metric}{{{chosen}}}[$__rate_interval]))"


def total(metric, by, where=""):
    chosen = ",".join(filter(None, [HERE, where]))
    return f"sum by ({by}) ({metric}{{{chosen}}})"


AT_A_GLANCE = row("At a glance", [
    stat("Servers up", "Servers that answer Prometheus.", "none", f"sum(up{{{JOB}}})",
         [(None, RED), (1, GREEN)], alerts=["ThalwegDown"]),
    stat("Alerts firing", "Alerts of Thalweg's rules.", "none",
         f'count(ALERTS{{alertname=~"Thalweg.+",alertstate="firing",{HERE}}}) or vector(0)',
         [(None, GREEN), (1, RED)]),
    stat("Calls not failed", "Share of unary calls in six hours that the server did not fail; the "
         "objective is 99.9 %.", "percentunit", f"1 - max(thalweg:error_ratio:rate6h{{{HERE}}})",
         [(None, RED), (0.994, YELLOW), (0.999, GREEN)], decimals=3,
         alerts=["ThalwegErrorBudgetBurnFast", "ThalwegErrorBudgetBurnSlow"]),
    stat("Unfinished runs", "Queued, running and paused.", "short", f"sum(thalweg_runs{{{HERE}}})"),
    stat("Iterations a second", "Of all runs.", "short",
         f"sum(thalweg:iterations:rate5m{{{HERE}}})"),
    stat("Watchers", "Streams of iterates to clients.", "short",
         f"sum(thalweg_watch_streams{{{HERE}}})"),
])

LOAD = row("Load", [
    series("Calls", "RPCs ended, by method; of streams, when they end.", "reqps",
           {"{{grpc_method}}": rate("grpc_server_handled_total", "grpc_method") + " > 0"},
           stack=True),
    series("Runs", "Unfinished runs, by state.", "short",
           {"{{state}}": total("thalweg_runs", "state")}, stack=True),
    series("Runs begun and ended", "Runs a second.", "cps",
           {"begun": rate("thalweg_runs_started_total", "instance").replace(" by (instance)", ""),
            "ended {{outcome}}": rate("thalweg_runs_finished_total", "outcome")}),
    series("Iterations", "Iterations a second, of the ten busiest methods.", "cps",
           {"{{algorithm}}": f"topk(10, sum by (algorithm) (thalweg:iterations:rate5m{{{HERE}}}) > 0)"},
           stack=True),
    series("Evaluations", "Evaluations of objectives a second, by what was asked.", "cps",
           {"{{kind}}": f"sum by (kind) (thalweg:evaluations:rate5m{{{HERE}}})"}),
    series("Iterates to watchers", "Iterates sent a second, and those passed over in mode live.",
           "cps", {"sent {{mode}}": rate("thalweg_watch_iterates_total", "mode"),
                   "skipped": f"sum(rate(thalweg_watch_skipped_total{{{HERE}}}[$__rate_interval]))"}),
])

LATENCY = row("Latency", [
    series("Unary calls", "Half, and 99 of 100, of all unary calls took at most this long; the objective "
           "is 250 ms.", "s",
           {"p50": p(0.5, "grpc_server_handling_seconds"),
            "p99": p(0.99, "grpc_server_handling_seconds")}, limit=0.25,
           alerts=["ThalwegUnarySlow"]),
    series("Slowest methods", "99 of 100 calls of a method took at most this long, in five minutes.",
           "s", {"{{grpc_method}}": "topk(8, max by (grpc_method) "
                 f"(thalweg:unary_seconds:p99_5m{{{HERE}}}) > 0)"}, limit=0.25,
           alerts=["ThalwegUnarySlow"]),
    series("From durable to watcher", "99 of 100 iterates were written to their watcher this soon "
           "after they were durable; the objective is 250 ms.", "s",
           {"{{mode}}": f"max by (mode) (thalweg:watch_lag_seconds:p99_5m{{{HERE}}})"}, limit=0.25,
           alerts=["ThalwegStreamLag"]),
    series("Wait for the first step", "From a run's creation to its first step.", "s",
           {"p50": p(0.5, "thalweg_run_queue_seconds"),
            "p99": p(0.99, "thalweg_run_queue_seconds")}, limit=30, alerts=["ThalwegRunsQueueing"]),
    series("Slices and cancellations", "How long a worker steps one run before the next has its turn; from the "
           "wish to cancel a run to its end being durable.", "s",
           {"slice p50": p(0.5, "thalweg_slice_seconds"), "slice p99": p(0.99, "thalweg_slice_seconds"),
            "cancellation p99": p(0.99, "thalweg_cancellation_seconds")}),
    series("Compilation", "Time to compile an objective, and to make machine code of it.", "s",
           {"compile p99": p(0.99, "thalweg_compile_seconds"),
            "machine code p99": p(0.99, "thalweg_machine_code_seconds")}),
])

ERRORS = row("Errors", [
    series("Calls that failed", "Unary calls that did not end OK, by code; clients' own mistakes "
           "among them.", "reqps",
           {"{{grpc_code}}": rate("grpc_server_handled_total", "grpc_code",
                                  'grpc_type="unary",grpc_code!="OK"') + " > 0"}, stack=True,
           alerts=["ThalwegInvariantBroken"]),
    series("Error budget", "Share of unary calls that the server failed; dashed: 14.4 times the budget.",
           "percentunit",
           {"5 minutes": f"max(thalweg:error_ratio:rate5m{{{HERE}}})",
            "1 hour": f"max(thalweg:error_ratio:rate1h{{{HERE}}})",
            "6 hours": f"max(thalweg:error_ratio:rate6h{{{HERE}}})"}, limit=0.0144,
           alerts=["ThalwegErrorBudgetBurnFast", "ThalwegErrorBudgetBurnSlow"]),
    series("Log lines", "Lines a second, by level.", "cps",
           {"{{level}}": rate("thalweg_log_messages_total", "level")},
           alerts=["ThalwegErrorsLogged"]),
    series("Runs that failed", "Runs a second that failed, by reason.", "cps",
           {"{{reason}}": rate("thalweg_run_failures_total", "reason")}, width=6,
           alerts=["ThalwegRunFailures"]),
    series("Watches ended early", "Watches a second that the server ended before their run did.",
           "cps", {"{{reason}}": rate("thalweg_watch_dropped_streams_total", "reason")}, width=6,
           alerts=["ThalwegSlowConsumers"]),
    series("Callers refused", "Calls a second that lacked a token or a right.", "cps",
           {"{{reason}}": rate("thalweg_auth_failures_total", "reason")}, width=6,
           alerts=["ThalwegAuthFailureSurge"]),
    series("Quotas reached", "Calls a second refused for a quota.", "cps",
           {"{{quota}}": rate("thalweg_quota_rejections_total", "quota")}, width=6,
           alerts=["ThalwegQuotaRejectionSurge"]),
])

SATURATION = row("Saturation", [
    series("Workers", "Threads that step runs, those that do so now, and runs that wait for one.",
           "short", {"workers": f"sum(thalweg_workers{{{HERE}}})",
                     "busy": f"sum(thalweg_workers_busy{{{HERE}}})",
                     "waiting runs": f"sum(thalweg_work_queue_length{{{HERE}}})"},
           alerts=["ThalwegNoProgress", "ThalwegRunsQueueing"]),
    series("CPU", "Processors' worth of time used.", "short",
           {"{{instance}}": f"rate(process_cpu_seconds_total{{{JOB}}}[$__rate_interval])"}),
    series("File descriptors", "Share of the permitted descriptors that are open.", "percentunit",
           {"{{instance}}": f"process_open_fds{{{JOB}}} / process_max_fds{{{JOB}}}"}, limit=0.7,
           alerts=["ThalwegDescriptorsNearLimit"]),
    series("Connections", "gRPC connections now, and streams over them.", "short",
           {"connections": f"sum(thalweg_grpc_connections{{{HERE}}})",
            "streams {{method}}": total("thalweg_grpc_streams", "method")}),
    series("Connections turned away", "A second, by reason.", "cps",
           {"{{reason}}": rate("thalweg_grpc_connections_rejected_total", "reason")},
           alerts=["ThalwegConnectionsRejected"]),
    series("Since the server reached itself", "Seconds since a new connection to the server's own gRPC port was "
           "served.", "s", {"{{instance}}": f"time() - thalweg_self_probe_timestamp_seconds{{{HERE}}}"},
           limit=60, alerts=["ThalwegDeaf"]),
])

STORAGE = row("Storage", [
    heat("Commits", "How long commits took, fsync included.", "s",
         f"sum by (le) (increase(thalweg_storage_commit_seconds_bucket{{{HERE}}}[$__rate_interval]))",
         alerts=["ThalwegCommitSlow"]),
    series("Written", "Bytes made durable a second.", "Bps",
           {"{{instance}}": rate("thalweg_storage_appended_bytes_total", "instance")}),
    series("Waiting for the disk", "Bytes of iterates made but not yet durable.", "bytes",
           {"{{instance}}": f"thalweg_storage_pending_bytes{{{HERE}}}"},
           alerts=["ThalwegCommitStalled"]),
    series("Space", "What the runs take, and what is free on their disk.", "bytes",
           {"free {{instance}}": f"thalweg_storage_free_bytes{{{HERE}}}",
            "used {{instance}}": f"thalweg_storage_size_bytes{{{HERE}}}"},
           alerts=["ThalwegDiskFilling", "ThalwegDiskNearlyFull"]),
    series("Since the last heartbeat", "Seconds since the store last made something durable; it does so "
           "every ten seconds.", "s",
           {"{{instance}}": f"time() - thalweg_storage_heartbeat_timestamp_seconds{{{HERE}}}"},
           limit=60, alerts=["ThalwegCommitStalled"]),
    series("Store's errors", "Operations of the store that failed, a second.", "cps",
           {"{{op}} {{error}}": rate("thalweg_storage_errors_total", "op, error")},
           alerts=["ThalwegStorageErrors", "ThalwegDataCorruption"]),
])

MEMORY = row("Memory and life", [
    series("Resident memory", "Memory in RAM, and what the container or machine has.", "bytes",
           {"{{instance}}": f"process_resident_memory_bytes{{{JOB}}}",
            "limit {{instance}}": f"process_memory_limit_bytes{{{JOB}}}"},
           alerts=["ThalwegMemoryNearLimit"]),
    bars("Memory used of budgets", "Share in use of what iterates may take: those not yet durable, and those kept for watchers. "
         "The latter may well be full.", "percentunit",
         {"{{pool}}": f"max by (pool) (thalweg_memory_used_bytes{{{HERE}}} / "
          f"(thalweg_memory_budget_bytes{{{HERE}}} > 0))"},
         alerts=["ThalwegMemoryNearLimit"]),
    series("Threads", "Threads of the process.", "short",
           {"{{instance}}": f"process_threads{{{JOB}}}"}),
    stat("Up since", "When the youngest server started.", "dateTimeFromNow",
         f"max(thalweg_start_time_seconds{{{HERE}}}) * 1000", alerts=["ThalwegRestarting"], width=6),
    stat("Recovery", "Time that taking up unfinished runs took at the last start.", "s",
         f"max(thalweg_storage_recovery_seconds{{{HERE}}})", width=6),
    stat("Components not ready", "Parts of servers that are not ready to serve.", "none",
         f"count(thalweg_ready{{{HERE}}} == 0) or vector(0)", [(None, GREEN), (1, RED)], width=6,
         alerts=["ThalwegNotReady"]),
    stat("Versions", "Versions that run; more than one while an upgrade is under way.", "none",
         f"count by (version) (thalweg_build_info{{{HERE}}})", width=6, legend="{{version}}"),
])

DASHBOARD = dashboard(
    "thalweg-fleet", "Thalweg: fleet", "Are the servers well? Load, latency, errors, saturation, storage, memory.",
    variables=[], rows=[AT_A_GLANCE, LOAD, LATENCY, ERRORS, SATURATION, STORAGE, MEMORY])
