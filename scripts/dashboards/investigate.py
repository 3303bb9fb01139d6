# SPDX-License-Identifier: Apache-2.0
"""One workload, or one file: who read it when, how much of the model, where to, and the traces of it."""

import json
import urllib.parse

from figures import ANY_IS_DOUBTFUL, SHARE_LEFT, left, memory_read, share_read
from grafana import (
    board,
    column,
    datasource,
    link,
    names,
    query,
    rows,
    series,
    spans,
    stat,
    steps,
    table,
    timeline,
    TRACES,
    variable,
)
from promql import (
    CALLS,
    EACH,
    OF_WORKLOAD,
    OF_WORKLOAD_AND_MODEL,
    READER,
    READER_AND_MODEL,
    SERVING,
    WITH_MODEL,
    chosen,
    coverage,
    joined,
    loaded,
    or_zero,
    rate,
    read,
    sent,
    share,
    window,
)
from variables import CLUSTER, METRICS, MODEL, NAMESPACE, workload

FILES = joined(OF_WORKLOAD_AND_MODEL, chosen("file_path", "file"))
FOREIGN = 'modelwarden_process_origin=~"exec|ephemeral|host"'
BY_FILE = "file_path, host_name, modelwarden_model_name"
BY_PROGRAM = "process_executable_name, modelwarden_process_origin"
DAY = "24h"


def traces(title, description, runbook, condition, attributes):
    """attributes: of the span, each with its column."""
    workload = chosen("resource.modelwarden.workload.name", "workload").replace("=~", " =~ ")
    selected = ", ".join(f"span.{name}" for name in attributes)
    return table(
        title,
        description,
        runbook,
        [spans(f"{{ {workload} && {condition} }} | select({selected})")],
        "No trace of this workload in this time range",
        [
            column("time", "Start", unit="time:MM-DD HH:mm:ss", custom__width=120),
            *attributes.values(),
            column("duration", "Duration", unit="ns", custom__width=80),
            column("spanID", "Span"),
        ],
        hidden=["traceService", "traceName", "name"],
    )


def explore(pane):
    """The address of Explore; only variables of Grafana's own stay in it as they are."""
    address = urllib.parse.quote(json.dumps({"a": pane}, separators=(",", ":")))
    for name in ("${traces}", "${__from}", "${__to}"):
        address = address.replace(urllib.parse.quote(name), name)
    return f"/explore?schemaVersion=1&panes={address}"


# Without names of workloads or models: whoever chooses those would write into the query.
EXPLORE = link(
    "Sessions in Explore",
    explore(
        {
            "datasource": "${traces}",
            "queries": [
                {
                    "refId": "A",
                    "datasource": TRACES,
                    "queryType": "traceql",
                    "query": "{ name = `model_access` }",
                }
            ],
            "range": {"from": "${__from}", "to": "${__to}"},
        }
    ),
)


def make():
    return board(
        "modelwarden-investigate",
        "Modelwarden: investigate a workload",
        "One workload or one file: reads over time, share of the model, where bytes went, exec sessions, traces.",
        [
            METRICS,
            datasource("traces", "Traces", "tempo", "Tempo with the spans of Modelwarden"),
            CLUSTER,
            NAMESPACE,
            workload(several=False),
            MODEL,
            variable(
                "file",
                "File",
                f"modelwarden_file_size_bytes{{{OF_WORKLOAD_AND_MODEL}}}",
                "file_path",
                "As the workload sees it; the totals of egress and memory are not told by file",
            ),
        ],
        (
            4,
            (
                4,
                stat(
                    "Read or mapped",
                    "Model bytes that this workload read or mapped in this time range, outside of its loading phase.",
                    "ModelReadExceedsSize",
                    or_zero(f"sum({read(READER, SERVING)})"),
                    "bytes",
                    "0 B",
                    steps("text"),
                ),
            ),
            (
                4,
                share_read("Share of the model", "The largest share of a model that was read or mapped"),
            ),
            (
                4,
                left("Bytes sent outside on connections that the workload began."),
            ),
            (
                4,
                stat(
                    "Share that left",
                    "Bytes sent outside, as a share of the largest model that the sender holds.",
                    "ModelEgressBudgetExceeded",
                    or_zero(f"max({share(sent(READER_AND_MODEL), WITH_MODEL)})"),
                    "percentunit",
                    "0 %",
                    SHARE_LEFT,
                    decimals=0,
                ),
            ),
            (
                4,
                stat(
                    "Foreign reads",
                    "Bytes that exec sessions, debug containers and processes of the host read or mapped.",
                    "ModelExecCopy",
                    or_zero(f"sum({read(READER, FOREIGN)})"),
                    "bytes",
                    "0 B",
                    ANY_IS_DOUBTFUL,
                ),
            ),
            (
                4,
                memory_read(
                    "Memory read by it", "Bytes of the memory of model holders that this workload has read."
                ),
            ),
        ),
        (
            7,
            (
                12,
                series(
                    "Reads",
                    "Bytes a second that each program reads by calls, or newly maps, with how it came into the container.",
                    "ModelFileReadExceedsSize",
                    [
                        query(
                            rate(
                                "modelwarden_file_io_bytes_total",
                                BY_PROGRAM,
                                FILES,
                                CALLS,
                            ),
                            "{{process_executable_name}} ({{modelwarden_process_origin}}) reads",
                        ),
                        query(
                            rate("modelwarden_file_mapped_bytes_total", BY_PROGRAM, FILES),
                            "{{process_executable_name}} ({{modelwarden_process_origin}}) maps",
                        ),
                    ],
                    "binBps",
                    "This workload read no model in this time range",
                    custom={"fillOpacity": 25},
                    links=[EXPLORE],
                ),
            ),
            (
                12,
                series(
                    "Share of the model within 24 hours",
                    "What was read or mapped outside of loading, in bytes and each part once, and what left, in the 24 hours before each point: what the alerts compare with 10, 50 and 100 %.",
                    "ModelEgressBudgetExceeded",
                    [
                        query(
                            share(read(READER_AND_MODEL, SERVING, over=DAY), WITH_MODEL, over=DAY),
                            "{{modelwarden_model_name}} read @ {{host_name}}",
                        ),
                        query(
                            coverage(READER_AND_MODEL, SERVING, over=DAY),
                            "{{modelwarden_model_name}} distinct @ {{host_name}}",
                        ),
                        query(
                            share(sent(READER_AND_MODEL, over=DAY), WITH_MODEL, over=DAY),
                            "{{modelwarden_model_name}} left @ {{host_name}}",
                        ),
                    ],
                    "percentunit",
                    "This workload read no model in the last 24 hours",
                    custom={"thresholdsStyle": {"mode": "dashed"}},
                    thresholds=steps("transparent", ("yellow", 0.1), ("orange", 0.5), ("red", 1)),
                ),
            ),
        ),
        (
            7,
            (
                12,
                timeline(
                    "Exec sessions and other foreign readers",
                    "A row for each program that is not what its container was started with: commands run in it afterwards, debug containers, processes of the host.",
                    "ModelExecCopy",
                    [
                        query(
                            rate(
                                "modelwarden_file_io_bytes_total",
                                BY_PROGRAM,
                                FILES,
                                FOREIGN,
                                'disk_io_direction="read"',
                            )
                            + " > bool 0",
                            "{{process_executable_name}} ({{modelwarden_process_origin}})",
                        )
                    ],
                    "No exec session, debug container or process of the host read here",
                    names(_0=("quiet", "#8e8e8e40"), _1=("reads", "red")),
                    links=[EXPLORE],
                ),
            ),
            (
                12,
                series(
                    "Sent",
                    "Bytes a second by kind of peer and by who began the connection; addresses are in the traces below.",
                    "ModelEgressBudgetWarning",
                    [
                        query(
                            rate(
                                "modelwarden_network_io_bytes_total",
                                "modelwarden_network_peer_scope, modelwarden_network_role",
                                OF_WORKLOAD_AND_MODEL,
                            ),
                            "{{modelwarden_network_peer_scope}}, {{modelwarden_network_role}}",
                        )
                    ],
                    "Bps",
                    "No holder of a model in this workload sent anything",
                    bars=True,
                    links=[EXPLORE],
                ),
            ),
        ),
        (
            7,
            (
                14,
                table(
                    "Files",
                    "Each file that this workload touched: its size, what it loaded of it in this time range, what it read of it by calls outside of loading, and how often that is the whole file.",
                    "ModelFileReadExceedsSize",
                    [
                        rows(
                            f"max by ({BY_FILE}) (last_over_time(modelwarden_file_size_bytes{{{FILES}}}[$__range]))"
                        ),
                        rows(loaded(BY_FILE, FILES)),
                        rows(window("file_read_bytes", BY_FILE, joined(FILES, SERVING))),
                        rows(
                            f"{window('file_read_bytes', BY_FILE, joined(FILES, SERVING))} / max by ({BY_FILE}) (last_over_time(modelwarden_file_size_bytes{{{FILES}}}[$__range]))"
                        ),
                    ],
                    "This workload touched no model file in this time range",
                    [
                        column("file_path", "File", custom__width=240),
                        column("modelwarden_model_name", "Model"),
                        column("host_name", "Node"),
                        column("Value #A", "Size", unit="bytes"),
                        column("Value #B", "Loaded", unit="bytes"),
                        column("Value #C", "Read", unit="bytes"),
                        column("Value #D", "Times", unit="percentunit", decimals=0),
                    ],
                    hidden=["Time"],
                    sort="Times",
                ),
            ),
            (
                10,
                series(
                    "Memory of the models' holders",
                    "Bytes in each step that any workload read of the memory of processes that hold these models: by whom, and how.",
                    "ModelMemoryRead",
                    [
                        query(
                            window(
                                "memory_read_bytes",
                                "modelwarden_workload_name, modelwarden_memory_read_method",
                                WITH_MODEL,
                                EACH,
                            ),
                            "{{modelwarden_workload_name}} by {{modelwarden_memory_read_method}}",
                        )
                    ],
                    "bytes",
                    "Nobody read the memory of a holder of these models",
                    bars=True,
                ),
            ),
        ),
        "Traces",
        (
            8,
            (
                11,
                traces(
                    "Sessions",
                    "Each access session is a trace: the process tree, its files, peers and bytes. The id of its root opens it.",
                    "ModelwardenFinding",
                    'name = "model_access"',
                    {
                        "modelwarden.model.name": column("modelwarden.model.name", "Model"),
                        "process.executable.name": column("process.executable.name", "Program"),
                        "modelwarden.process.origin": column("modelwarden.process.origin", "Origin"),
                    },
                ),
            ),
            (
                13,
                traces(
                    "Egress by peer",
                    "What was sent, with the address of the peer; an id opens the trace.",
                    "ModelEgressBudget",
                    'span.modelwarden.operation.name = "egress"',
                    {
                        "network.peer.address": column("network.peer.address", "Peer", custom__width=130),
                        "network.peer.port": column("network.peer.port", "Port", custom__width=60),
                        "modelwarden.network.peer.scope": column(
                            "modelwarden.network.peer.scope", "Scope", custom__width=70
                        ),
                        "modelwarden.network.transmit.size": column(
                            "modelwarden.network.transmit.size", "Sent", unit="bytes"
                        ),
                        "modelwarden.transmit.total": column(
                            "modelwarden.transmit.total", "In 24 h", unit="bytes"
                        ),
                    },
                ),
            ),
        ),
    )
