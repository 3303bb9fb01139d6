# SPDX-License-Identifier: Apache-2.0
"""Nodes, kernels, probes, losses, and what the agents cost."""

from grafana import (
    bars,
    beside,
    board,
    column,
    names,
    now,
    query,
    rows,
    series,
    stat,
    steps,
    table,
    timeline,
)
from promql import ON_NODE, joined, or_zero, rate
from variables import CLUSTER, METRICS, NODE

AGENT = joined(ON_NODE, 'service_name="modelwarden"')
BY_NODE = "k8s_cluster_name, host_name"
SILENCE = 300  # seconds, as in the alert ModelwardenAgentSilent
HEARD = f"time() - max by ({BY_NODE}) (last_over_time(modelwarden_agent_heartbeat_seconds{{{ON_NODE}}}[24h]))"
INFO = "modelwarden_agent_version, modelwarden_agent_kernel_release, modelwarden_agent_schema_version"
PROBE = "modelwarden_agent_probe_name"


def newest(metric):
    return f"last_over_time({metric}{{{ON_NODE}}}[$__range])"


def make():
    return board(
        "modelwarden-fleet",
        "Modelwarden: fleet and cost",
        "Which nodes are watched, on which kernels, with which probes; what was lost; what the agents cost.",
        [METRICS, CLUSTER, NODE],
        (
            4,
            (
                4,
                stat(
                    "Nodes watched",
                    "Nodes whose agent was heard within five minutes.",
                    "ModelwardenAgentsAbsent",
                    or_zero(f"count({HEARD} < {SILENCE})"),
                    "none",
                    "0",
                    steps("red", ("green", 1)),
                ),
            ),
            (
                4,
                stat(
                    "Nodes silent",
                    "Nodes whose agent was heard within a day, but not within five minutes: nothing is seen there.",
                    "ModelwardenAgentSilent",
                    or_zero(f"count({HEARD} >= {SILENCE})"),
                    "none",
                    "0",
                    steps("green", ("red", 1)),
                ),
            ),
            (
                4,
                stat(
                    "Probes missing",
                    "Probes that are not attached, over all nodes: what they see is not seen there.",
                    "ModelwardenProbeMissing",
                    or_zero(
                        f"count(min by ({BY_NODE}, {PROBE}) (modelwarden_agent_probe_attached{{{ON_NODE}}}) == 0)"
                    ),
                    "none",
                    "0",
                    steps("green", ("orange", 1)),
                ),
            ),
            (
                4,
                stat(
                    "Losses",
                    "What was not seen, not resolved or not delivered in this time range.",
                    "ModelwardenLosses",
                    or_zero(f"sum(increase(modelwarden_agent_losses_total{{{ON_NODE}}}[$__range]))"),
                    "none",
                    "0",
                    steps("green", ("orange", 1)),
                ),
            ),
            (
                4,
                stat(
                    "Watched closely",
                    "Processes that hold a model or may: what they send is counted.",
                    "ModelwardenLosses",
                    or_zero(f"sum(modelwarden_agent_processes_armed{{{ON_NODE}}})"),
                    "none",
                    "0",
                    steps("text"),
                ),
            ),
            (
                4,
                stat(
                    "Kernel time",
                    "On the busiest node: share of one processor that the kernel's programs of an agent take, where the kernel keeps it (sysctl kernel.bpf_stats_enabled).",
                    "ModelwardenLosses",
                    or_zero(f"max({rate('modelwarden_agent_probe_run_time_seconds_total', BY_NODE, ON_NODE)})"),
                    "percentunit",
                    "0 %",
                    steps("green", ("orange", 0.01)),
                    decimals=2,
                ),
            ),
        ),
        (
            7,
            (
                14,
                timeline(
                    "Agents heard",
                    "A row for each node: whether its agent was heard within five minutes.",
                    "ModelwardenAgentSilent",
                    [query(f"{HEARD} < bool {SILENCE}", "{{host_name}}")],
                    "No agent has been heard for a day",
                    names(_0=("silent", "red"), _1=("heard", "green")),
                ),
            ),
            (
                10,
                bars(
                    "Kernels",
                    "Nodes by release of their kernel.",
                    "ModelwardenProbeMissing",
                    [
                        now(
                            f"count by (modelwarden_agent_kernel_release) (max by ({BY_NODE}, modelwarden_agent_kernel_release) ({newest('modelwarden_agent_info')}))",
                            "{{modelwarden_agent_kernel_release}}",
                        )
                    ],
                    "none",
                    "No agent was heard in this time range",
                    steps("blue"),
                ),
            ),
        ),
        (
            8,
            (
                14,
                table(
                    "Nodes",
                    "Each node: agent, kernel, schema of the telemetry, when it was last heard, how many series it keeps.",
                    "ModelwardenSchemaMismatch",
                    [
                        rows(f"max by ({BY_NODE}, {INFO}) ({newest('modelwarden_agent_info')})"),
                        rows(HEARD),
                        rows(f"sum by ({BY_NODE}) ({newest('modelwarden_agent_series_active')})"),
                    ],
                    "No agent was heard in this time range",
                    [
                        column("host_name", "Node"),
                        column("modelwarden_agent_version", "Agent"),
                        column("modelwarden_agent_kernel_release", "Kernel"),
                        column("modelwarden_agent_schema_version", "Schema", custom__width=80),
                        column(
                            "Value #B",
                            "Last heard",
                            unit="s",
                            decimals=0,
                            thresholds=steps("green", ("red", SILENCE)),
                            custom__cellOptions={"type": "color-text"},
                        ),
                        column("Value #C", "Series", unit="short", custom__width=80),
                    ],
                    hidden=["Time", "k8s_cluster_name", "Value #A"],
                    sort="Last heard",
                ),
            ),
            (
                10,
                series(
                    "Losses by reason",
                    "Lately, at each step, by reason: what was not seen, not resolved or not delivered.",
                    "ModelwardenLosses",
                    [
                        query(
                            "sum by (modelwarden_agent_loss_reason) "
                            f"(increase(modelwarden_agent_losses_total{{{ON_NODE}}}[$__rate_interval]))",
                            "{{modelwarden_agent_loss_reason}}",
                        )
                    ],
                    "short",
                    "No agent has counted losses in this time range",
                    bars=True,
                    legend=beside("max", "Max"),
                ),
            ),
        ),
        (
            7,
            (
                8,
                series(
                    "Processor time of agents",
                    "Processors in use by each agent itself, without the kernel's programs that run in others' calls.",
                    "ModelwardenLosses",
                    [query(rate("process_cpu_time_seconds_total", BY_NODE, AGENT), "{{host_name}}")],
                    "percentunit",
                    "No agent was heard in this time range",
                    decimals=2,
                ),
            ),
            (
                8,
                series(
                    "Memory of agents",
                    "Resident memory of each agent, without the kernel's maps.",
                    "ModelwardenLosses",
                    [query(f"max by ({BY_NODE}) (process_memory_usage_bytes{{{AGENT}}})", "{{host_name}}")],
                    "bytes",
                    "No agent was heard in this time range",
                ),
            ),
            (
                8,
                series(
                    "Doorbells",
                    "A second, over all nodes: what the kernel side rang for. A flood of one kind is work for the agents, and may be somebody's cover.",
                    "ModelwardenLosses",
                    [
                        query(
                            rate("modelwarden_agent_events_total", "modelwarden_agent_event_kind", ON_NODE),
                            "{{modelwarden_agent_event_kind}}",
                        )
                    ],
                    "cps",
                    "No agent was heard in this time range",
                ),
            ),
        ),
        (
            8,
            (
                8,
                table(
                    "Probes",
                    "Each probe: on how many nodes it is attached, on how many not, and how often the kernel left it out.",
                    "ModelwardenProbeMissing",
                    [
                        rows(
                            f"sum by ({PROBE}) (max by ({BY_NODE}, {PROBE}) ({newest('modelwarden_agent_probe_attached')}))"
                        ),
                        rows(
                            f"count by ({PROBE}) (max by ({BY_NODE}, {PROBE}) ({newest('modelwarden_agent_probe_attached')})) - sum by ({PROBE}) (max by ({BY_NODE}, {PROBE}) ({newest('modelwarden_agent_probe_attached')}))"
                        ),
                        rows(
                            f"sum by ({PROBE}) (increase(modelwarden_agent_probe_misses_total{{{ON_NODE}}}[$__range]))"
                        ),
                    ],
                    "No agent has told of its probes in this time range",
                    [
                        column(PROBE, "Probe"),
                        column("Value #A", "Attached", unit="none", custom__width=78),
                        column(
                            "Value #B",
                            "Missing",
                            unit="none",
                            custom__width=70,
                            thresholds=steps("green", ("red", 1)),
                            custom__cellOptions={"type": "color-text"},
                        ),
                        column(
                            "Value #C",
                            "Left out",
                            unit="none",
                            custom__width=70,
                            thresholds=steps("green", ("orange", 1)),
                            custom__cellOptions={"type": "color-text"},
                        ),
                    ],
                    hidden=["Time"],
                    sort="Missing",
                ),
            ),
            (
                8,
                bars(
                    "Kernel maps in use",
                    "The fullest map of each kind over all nodes, as a share of what it can hold.",
                    "ModelwardenLosses",
                    [
                        now(
                            f"max by (modelwarden_agent_map_name) (modelwarden_agent_map_entries{{{ON_NODE}}} / modelwarden_agent_map_capacity{{{ON_NODE}}})",
                            "{{modelwarden_agent_map_name}}",
                        )
                    ],
                    "percentunit",
                    "No agent has told of its maps",
                    steps("green", ("orange", 0.7), ("red", 0.9)),
                    max=1,
                    decimals=1,
                ),
            ),
            (
                8,
                series(
                    "Kernel time by probe",
                    "Share of one processor that each program takes over all nodes, where the kernel keeps it (sysctl kernel.bpf_stats_enabled); else zero.",
                    "ModelwardenLosses",
                    [
                        query(
                            rate("modelwarden_agent_probe_run_time_seconds_total", PROBE, ON_NODE),
                            "{{modelwarden_agent_probe_name}}",
                        )
                    ],
                    "percentunit",
                    "No agent has told of its probes in this time range",
                    legend=beside("max", "Max"),
                    custom={"axisSoftMax": 0.001},
                ),
            ),
        ),
    )
