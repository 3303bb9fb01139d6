# SPDX-License-Identifier: Apache-2.0
"""Whether the agents and the collectors work: what comes in, what goes out, what is stuck."""

from grafana import board, query, series, stat, steps, variable
from promql import ON_NODE, chosen, or_zero, rate
from variables import CLUSTER, METRICS, NODE

COLLECTOR = chosen("instance", "collector")
BAD = steps("green", ("orange", 1))


SIGNALS = {"spans": "spans", "metric_points": "metric points", "log_records": "log records"}


def grown(metrics, where):
    """By how much counters grew in the time range, together; some are born with the first failure only."""
    return " + ".join(f"({or_zero(f'sum(increase({metric}{{{where}}}[$__range]))')})" for metric in metrics)


def of_collector(kinds):
    return [f"otelcol_{kind}_{signal}_total" for kind in kinds for signal in SIGNALS]


def make():
    return board(
        "modelwarden-health",
        "Modelwarden: agent and pipeline health",
        "Whether the agents and the collectors work: what comes in, what goes out, what is stuck.",
        [
            METRICS,
            CLUSTER,
            NODE,
            variable(
                "collector",
                "Collector",
                "otelcol_process_uptime_seconds_total",
                "instance",
                "Where the collector's own metrics are scraped",
            ),
        ],
        (
            4,
            (
                4,
                stat(
                    "Oldest heartbeat",
                    "How long ago the most silent agent was heard, within a day.",
                    "ModelwardenAgentSilent",
                    f"max(time() - max by (host_name) (last_over_time(modelwarden_agent_heartbeat_seconds{{{ON_NODE}}}[24h])))",
                    "s",
                    "never",
                    steps("green", ("orange", 120), ("red", 300)),
                    decimals=0,
                ),
            ),
            (
                4,
                stat(
                    "Given up by agents",
                    "Spans, log records and metrics in batches that the agents gave up; metrics heal.",
                    "ModelwardenExportTrouble",
                    or_zero(f"sum(increase(modelwarden_agent_export_failures_total{{{ON_NODE}}}[$__range]))"),
                    "none",
                    "0",
                    BAD,
                    decimals=0,
                ),
            ),
            (
                4,
                stat(
                    "Refused by collectors",
                    "Spans, metric points and log records that the collectors' door refused or could not take.",
                    "ModelwardenCollectorTrouble",
                    grown(of_collector(["receiver_refused", "receiver_failed"]), COLLECTOR),
                    "none",
                    "0",
                    BAD,
                    decimals=0,
                ),
            ),
            (
                4,
                stat(
                    "Dropped by collectors",
                    "Spans, metric points and log records that a back end refused for good, or that found a full queue.",
                    "ModelwardenCollectorTrouble",
                    grown(of_collector(["exporter_send_failed", "exporter_enqueue_failed"]), COLLECTOR),
                    "none",
                    "0",
                    BAD,
                    decimals=0,
                ),
            ),
            (
                4,
                stat(
                    "Fullest queue",
                    "The fullest sending queue of the collectors: what a back end has not taken yet.",
                    "ModelwardenCollectorTrouble",
                    f"max(otelcol_exporter_queue_size{{{COLLECTOR}}} / otelcol_exporter_queue_capacity{{{COLLECTOR}}})",
                    "percentunit",
                    "no queue",
                    steps("green", ("orange", 0.5), ("red", 0.9)),
                    decimals=0,
                ),
            ),
            (
                4,
                stat(
                    "Clock ahead",
                    "How far the times of an agent are ahead of its node's clock, because that was set back.",
                    "ModelwardenClockSetBack",
                    f"max(modelwarden_agent_clock_ahead_seconds{{{ON_NODE}}})",
                    "s",
                    "unknown",
                    steps("green", ("orange", 1), ("red", 60)),
                ),
            ),
        ),
        "Agents",
        (
            7,
            (
                8,
                series(
                    "Processes watched closely",
                    "Processes that hold a model or may, by node: what they send is counted.",
                    "ModelwardenLosses",
                    [
                        query(
                            f"max by (host_name) (modelwarden_agent_processes_armed{{{ON_NODE}}})",
                            "{{host_name}}",
                        )
                    ],
                    "none",
                    "No agent was heard in this time range",
                    decimals=0,
                ),
            ),
            (
                8,
                series(
                    "Failures",
                    "A second: exports given up, names not found, values that were cut to their range, measurements beyond the limit of series.",
                    "ModelwardenExportTrouble",
                    [
                        query(
                            rate(
                                "modelwarden_agent_export_failures_total",
                                "modelwarden_agent_export_signal",
                                ON_NODE,
                            ),
                            "export of {{modelwarden_agent_export_signal}}",
                        ),
                        query(
                            rate(
                                "modelwarden_agent_resolution_failures_total",
                                "modelwarden_agent_resolution_kind",
                                ON_NODE,
                            ),
                            "no {{modelwarden_agent_resolution_kind}}",
                        ),
                        query(
                            rate(
                                "modelwarden_agent_values_clamped_total",
                                "modelwarden_agent_clamp_kind",
                                ON_NODE,
                            ),
                            "cut {{modelwarden_agent_clamp_kind}}",
                        ),
                        query(
                            rate(
                                "modelwarden_agent_series_overflow_total",
                                "modelwarden_agent_metric_name",
                                ON_NODE,
                            ),
                            "overflow of {{modelwarden_agent_metric_name}}",
                        ),
                    ],
                    "cps",
                    "No agent was heard in this time range",
                ),
            ),
            (
                8,
                series(
                    "Series",
                    "Series that the agents keep, by metric.",
                    "ModelwardenSeriesOverflow",
                    [
                        query(
                            f"sum by (modelwarden_agent_metric_name) (modelwarden_agent_series_active{{{ON_NODE}}})",
                            "{{modelwarden_agent_metric_name}}",
                        )
                    ],
                    "short",
                    "No agent was heard in this time range",
                ),
            ),
        ),
        (
            6,
            (
                8,
                series(
                    "Ring",
                    "Bytes that wait in the kernel's ring, by node: the agent is behind if this stays high.",
                    "ModelwardenLosses",
                    [
                        query(
                            f"max by (host_name) (modelwarden_agent_ring_usage_bytes{{{ON_NODE}}})",
                            "{{host_name}}",
                        )
                    ],
                    "bytes",
                    "No agent was heard in this time range",
                ),
            ),
            (
                8,
                series(
                    "Bytes of no known process",
                    "A second: what found no room in the kernel's maps and belongs to no known process.",
                    "ModelwardenLosses",
                    [
                        query(
                            rate(
                                "modelwarden_agent_homeless_bytes_total",
                                "host_name, disk_io_direction",
                                ON_NODE,
                            ),
                            "{{disk_io_direction}} @ {{host_name}}",
                        )
                    ],
                    "binBps",
                    "No agent was heard in this time range",
                ),
            ),
            (
                8,
                series(
                    "API server watched",
                    "1 while the API server tells an agent of its node's pods, else 0; nothing without a cluster.",
                    "ModelwardenAgentSilent",
                    [
                        query(
                            f"min by (host_name) (modelwarden_agent_kubernetes_watching{{{ON_NODE}}})",
                            "{{host_name}}",
                        )
                    ],
                    "none",
                    "No agent runs in a cluster",
                    max=1,
                    decimals=0,
                ),
            ),
        ),
        "Collectors",
        (
            7,
            (
                8,
                series(
                    "Received",
                    "Spans, metric points and log records that the collectors took, a second.",
                    "ModelwardenCollectorTrouble",
                    [
                        query(
                            rate(f"otelcol_receiver_accepted_{signal}_total", "transport", COLLECTOR),
                            f"{name} by {{{{transport}}}}",
                        )
                        for signal, name in SIGNALS.items()
                    ],
                    "cps",
                    "No collector is scraped: see scrape_configs in otel-collector-config/prometheus.yaml",
                ),
            ),
            (
                8,
                series(
                    "Sent",
                    "Spans, metric points and log records that back ends took, a second.",
                    "ModelwardenCollectorTrouble",
                    [
                        query(
                            rate(f"otelcol_exporter_sent_{signal}_total", "exporter", COLLECTOR),
                            f"{name} to {{{{exporter}}}}",
                        )
                        for signal, name in SIGNALS.items()
                    ],
                    "cps",
                    "No collector has sent anything in this time range",
                ),
            ),
            (
                8,
                series(
                    "Sending queues",
                    "Batches that wait for a back end.",
                    "ModelwardenCollectorTrouble",
                    [
                        query(
                            f"max by (instance, exporter, data_type) (otelcol_exporter_queue_size{{{COLLECTOR}}})",
                            "{{exporter}} {{data_type}} @ {{instance}}",
                        )
                    ],
                    "short",
                    "No exporter with a queue",
                ),
            ),
        ),
        (
            7,
            (
                8,
                series(
                    "Spans through each lane",
                    "Spans a second that each lane looked at and let go: those that it kept are findings.",
                    "ModelwardenFinding",
                    [
                        query(
                            rate("otelcol_processor_filter_spans_filtered_total", "filter", COLLECTOR),
                            "{{filter}}",
                        )
                    ],
                    "cps",
                    "No lane has looked at a span in this time range",
                ),
            ),
            (
                8,
                series(
                    "Memory of collectors",
                    "Resident memory; the memory limiter refuses from 400 MiB of heap on.",
                    "ModelwardenCollectorTrouble",
                    [
                        query(
                            f"max by (instance) (otelcol_process_memory_rss_bytes{{{COLLECTOR}}})",
                            "{{instance}}",
                        )
                    ],
                    "bytes",
                    "No collector is scraped: see scrape_configs in otel-collector-config/prometheus.yaml",
                ),
            ),
            (
                8,
                series(
                    "Processors of collectors",
                    "Processors in use.",
                    "ModelwardenCollectorTrouble",
                    [query(rate("otelcol_process_cpu_seconds_total", "instance", COLLECTOR), "{{instance}}")],
                    "short",
                    "No collector is scraped: see scrape_configs in otel-collector-config/prometheus.yaml",
                    decimals=3,
                ),
            ),
        ),
        since="now-6h",
    )
