# SPDX-License-Identifier: Apache-2.0
"""What is protected, who reads, what left, what was found."""

from figures import ANY_IS_BAD, SHARE_LEFT, left, memory_read, share_read
from grafana import (
    bars,
    board,
    column,
    heatmap,
    link,
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
from promql import (
    EACH,
    OF_WORKLOAD,
    OF_WORKLOAD_AND_MODEL,
    READER,
    READER_AND_MODEL,
    SERVING,
    WITH_MODEL,
    loading,
    memory,
    or_zero,
    read,
    sent,
    share,
    stage,
    window,
)
from variables import CLUSTER, METRICS, MODEL, NAMESPACE, workload

FINDINGS = f'ALERTS{{alertname=~"ModelwardenFinding|Model[A-Z].*", alertstate="firing", {OF_WORKLOAD}}}'

INVESTIGATE = link(
    "Investigate this workload",
    "/d/modelwarden-investigate?${__url_time_range}&var-datasource=${datasource}&${cluster:queryparam}"
    "&var-workload=${__data.fields.Workload:percentencode}",
)
INVESTIGATE_SERIES = link(
    "Investigate this workload",
    "/d/modelwarden-investigate?${__url_time_range}&var-datasource=${datasource}&${cluster:queryparam}"
    "&var-workload=${__field.labels.modelwarden_workload_name:percentencode}",
)


def stages():
    """Of several in one step the highest counts."""
    by = "host_name, modelwarden_workload_name"
    conditions = (
        loading(by, over=EACH),
        read(by, SERVING, over=EACH),
        sent(by, over=EACH),
        memory(by, over=EACH),
    )
    told = " or ".join(stage(number, condition) for number, condition in enumerate(conditions, start=1))
    return f"max by ({by}) ({told})"


def make():
    return board(
        "modelwarden-perimeter",
        "Modelwarden: model perimeter",
        "Which models are protected, who reads them, what left, and what was found.",
        [METRICS, CLUSTER, NAMESPACE, workload(), MODEL],
        (
            4,
            (
                4,
                stat(
                    "Models",
                    "Models that something has touched in this time range: each is watched.",
                    "ModelwardenAgentsAbsent",
                    or_zero(
                        f"count(count by (modelwarden_model_name) (last_over_time(modelwarden_model_size_bytes{{{OF_WORKLOAD_AND_MODEL}}}[$__range])))"
                    ),
                    "none",
                    "0",
                    steps("text"),
                ),
            ),
            (
                4,
                stat(
                    "Readers",
                    "Workloads that read or mapped model data in this time range, each on each node.",
                    "ModelReadersUnusual",
                    or_zero(f"count({read(READER)} or {loading(READER)})"),
                    "none",
                    "0",
                    steps("text"),
                ),
            ),
            (
                4,
                share_read(
                    "Largest share read", "The largest share of a model that one workload has read or mapped"
                ),
            ),
            (
                4,
                left(
                    "Bytes that holders of a model sent to proxies, public addresses, configured outside networks, or the standard output of an exec session, on connections that they began."
                ),
            ),
            (
                4,
                memory_read(
                    "Memory read", "Bytes of the memory of model holders that other processes have read."
                ),
            ),
            (
                4,
                stat(
                    "Findings now",
                    "Alerts about models that fire now.",
                    "ModelwardenFinding",
                    or_zero(f"count({FINDINGS})"),
                    "none",
                    "0",
                    ANY_IS_BAD,
                ),
            ),
        ),
        (
            8,
            (
                13,
                timeline(
                    "What readers do",
                    "A row for each reading workload. Of several in one step the last of this order is shown: loading, reading while it serves, sending outside, reading memory of a holder.",
                    "ModelReadExceedsSize",
                    [query(stages(), "{{modelwarden_workload_name}} @ {{host_name}}")],
                    "Nobody has read a model in this time range",
                    names(
                        _0=("quiet", "#8e8e8e40"),
                        _1=("loads", "blue"),
                        _2=("reads while serving", "yellow"),
                        _3=("sends outside", "red"),
                        _4=("reads memory", "purple"),
                    ),
                    links=[INVESTIGATE_SERIES],
                ),
            ),
            (
                11,
                table(
                    "Findings",
                    "Alerts about models that fire now, one line for each workload.",
                    "ModelwardenFinding",
                    [
                        rows(
                            f"sum by (alertname, severity, modelwarden_workload_name, host_name) ({FINDINGS})"
                        )
                    ],
                    "No finding: no rule about models fires",
                    [
                        column(
                            "severity",
                            "Severity",
                            custom__width=75,
                            custom__cellOptions={"type": "color-background", "mode": "basic"},
                            mappings=[
                                {
                                    "type": "value",
                                    "options": {
                                        "critical": {"color": "red", "index": 0, "text": "critical"},
                                        "warning": {"color": "orange", "index": 1, "text": "warning"},
                                    },
                                }
                            ],
                        ),
                        column(
                            "alertname",
                            "Finding",
                            custom__width=220,
                            links=[
                                {
                                    "title": "Runbook",
                                    "url": "https://modelwarden.io/runbooks/${__value.text:percentencode}",
                                    "targetBlank": True,
                                }
                            ],
                        ),
                        column("modelwarden_workload_name", "Workload", links=[INVESTIGATE]),
                        column("host_name", "Node"),
                    ],
                    hidden=["Time", "Value"],
                    sort="Severity",
                    descending=False,
                ),
            ),
        ),
        (
            8,
            (
                12,
                heatmap(
                    "Share of the model by reader",
                    "How much of the whole model each workload read or mapped in each step, but for what a container's own processes load: the stronger the colour, the more. A row that stays coloured is a reader that goes on.",
                    "ModelReadExceedsSize",
                    [
                        query(
                            share(
                                read(
                                    "k8s_cluster_name, host_name, modelwarden_workload_name, modelwarden_model_name",
                                    over=EACH,
                                ),
                                WITH_MODEL,
                            ),
                            "{{modelwarden_workload_name}}: {{modelwarden_model_name}}",
                        )
                    ],
                    "percentunit",
                    "Nobody has read a model in this time range, but to load it",
                ),
            ),
            (
                12,
                series(
                    "What left, and where to",
                    "Bytes in each step that holders of a model sent outside on connections that they began, by workload and kind of peer.",
                    "ModelEgressBudgetExceeded",
                    [
                        query(
                            sent("modelwarden_workload_name, modelwarden_network_peer_scope", over=EACH),
                            "{{modelwarden_workload_name}} to {{modelwarden_network_peer_scope}}",
                        )
                    ],
                    "bytes",
                    "Nothing left in this time range",
                    bars=True,
                    links=[INVESTIGATE_SERIES],
                ),
            ),
        ),
        (
            8,
            (
                24,
                table(
                    "Flows",
                    "Each reader of each model in this time range: what it read, but for what a container's own processes load, what it sent outside, what it took from memory, as bytes and as shares of the model; and how fast those load at most.",
                    "ModelEgressBudgetWarning",
                    [
                        rows(read(READER_AND_MODEL)),
                        rows(share(read(READER_AND_MODEL), WITH_MODEL)),
                        rows(sent(READER_AND_MODEL)),
                        rows(share(sent(READER_AND_MODEL), WITH_MODEL)),
                        rows(memory(READER_AND_MODEL)),
                        rows(loading(READER_AND_MODEL)),
                    ],
                    "Nobody has read a model in this time range",
                    [
                        column("k8s_namespace_name", "Namespace"),
                        column("modelwarden_workload_name", "Workload", links=[INVESTIGATE]),
                        column("modelwarden_workload_kind", "Kind"),
                        column("host_name", "Node"),
                        column("modelwarden_model_name", "Model"),
                        column("Value #A", "Read", unit="bytes"),
                        column("Value #B", "Share read", unit="percentunit", decimals=0),
                        column("Value #C", "Left", unit="bytes"),
                        column(
                            "Value #D",
                            "Share left",
                            unit="percentunit",
                            decimals=0,
                            min=0,
                            max=1,
                            thresholds=SHARE_LEFT,
                            custom__cellOptions={
                                "type": "gauge",
                                "mode": "basic",
                                "valueDisplayMode": "text",
                            },
                        ),
                        column("Value #E", "Memory read", unit="bytes"),
                        column("Value #F", "Loads at", unit="binBps"),
                    ],
                    hidden=["Time", "k8s_cluster_name"],
                    sort="Share left",
                ),
            ),
        ),
        (
            8,
            (
                14,
                table(
                    "Protected models",
                    "Models that something has touched in this time range: size, and on how many nodes they are used.",
                    "ModelwardenAgentsAbsent",
                    [
                        rows(
                            f"max by (modelwarden_model_name, modelwarden_model_format) (last_over_time(modelwarden_model_size_bytes{{{OF_WORKLOAD_AND_MODEL}}}[$__range]))"
                        ),
                        rows(
                            f"count by (modelwarden_model_name, modelwarden_model_format) (count by (modelwarden_model_name, modelwarden_model_format, host_name) (last_over_time(modelwarden_model_size_bytes{{{OF_WORKLOAD_AND_MODEL}}}[$__range])))"
                        ),
                    ],
                    "No model has been touched in this time range",
                    [
                        column("modelwarden_model_name", "Model"),
                        column("modelwarden_model_format", "Format"),
                        column("Value #A", "Size", unit="bytes"),
                        column("Value #B", "Nodes", unit="none"),
                    ],
                    hidden=["Time"],
                    sort="Size",
                ),
            ),
            (
                10,
                bars(
                    "Findings by rule",
                    "Findings of the collector's lanes in this time range.",
                    "ModelwardenFinding",
                    [now(window("detections", "security_rule_name", OF_WORKLOAD), "{{security_rule_name}}")],
                    "none",
                    "No lane has found anything in this time range",
                    ANY_IS_BAD,
                ),
            ),
        ),
    )
