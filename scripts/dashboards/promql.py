# SPDX-License-Identifier: Apache-2.0
"""What the queries of the boards have in common: names of labels, windows, shares."""

READER = (
    "k8s_cluster_name, k8s_namespace_name, host_name, modelwarden_workload_kind, modelwarden_workload_name"
)
READER_AND_MODEL = f"{READER}, modelwarden_model_name"
# What was touched of a mapping (method "fault") is a part of what was mapped.
CALLS = 'disk_io_direction="read", modelwarden_io_method!="fault"'
LOADING = 'modelwarden_container_phase="loading"'
SERVING = 'modelwarden_container_phase!="loading"'
OF_A_MODEL = "k8s_cluster_name, host_name, modelwarden_model_name"

ALL = "$__range"  # the time range of the board
EACH = "$__interval"  # one step of a panel


def joined(*matchers):
    return ", ".join(matcher for matcher in matchers if matcher)


def chosen(label, variable):
    """What is chosen of a variable, as a pattern in a raw string: no quote, $ or backslash of a name ends it."""
    return f"{label}=~`${{{variable}:regex}}`"


IN_CLUSTER = chosen("k8s_cluster_name", "cluster")
ON_NODE = joined(IN_CLUSTER, chosen("host_name", "node"))
IN_NAMESPACE = joined(IN_CLUSTER, chosen("k8s_namespace_name", "namespace"))
OF_WORKLOAD = joined(IN_NAMESPACE, chosen("modelwarden_workload_name", "workload"))
OF_WORKLOAD_AND_MODEL = joined(OF_WORKLOAD, chosen("modelwarden_model_name", "model"))
WITH_MODEL = joined(IN_CLUSTER, chosen("modelwarden_model_name", "model"))


def rate(metric, by, *where):
    """A second."""
    return f"sum by ({by}) (rate({metric}{{{joined(*where)}}}[$__rate_interval]))"


def window(rule, by, where, over=ALL):
    """What was added, of a recording rule that is evaluated each minute."""
    return f"sum by ({by}) (sum_over_time(modelwarden:{rule}:increase1m{{{where}}}[{over}]))"


def read(by, extra="", **over):
    """Bytes of models that were read or mapped, but for what a container's own processes load."""
    return window("model_bytes", by, joined(OF_WORKLOAD_AND_MODEL, extra), **over)


def loading(by, over=ALL):
    """The most that was loaded in a second: rules record of it no more than who loads."""
    rule = f"modelwarden:model_loading_bytes:rate2m{{{OF_WORKLOAD_AND_MODEL}}}"
    return f"sum by ({by}) (max_over_time({rule}[{over}]))"


def loaded(by, where):
    """Bytes that were read or mapped in the loading phase, as near as increase() tells it."""
    ways = (
        f"increase(modelwarden_file_io_bytes_total{{{joined(where, CALLS, LOADING)}}}[{ALL}])",
        f"increase(modelwarden_file_mapped_bytes_total{{{joined(where, LOADING)}}}[{ALL}])",
    )
    return f"sum by ({by}) ({' or '.join(ways)})"


def sent(by, **over):
    """Bytes that left."""
    return window("sent_outside_bytes", by, OF_WORKLOAD_AND_MODEL, **over)


def memory(by, **over):
    """Bytes of holders' memory that others read."""
    return window("memory_read_bytes", by, OF_WORKLOAD_AND_MODEL, **over)


def share(amount, where, over=ALL):
    """Of the size of the model on that node, as the alerts have it."""
    size = f"max by ({OF_A_MODEL}) (last_over_time(modelwarden_model_size_bytes{{{where}}}[{over}]))"
    return f"{amount} / on ({OF_A_MODEL}) group_left () {size}"


def coverage(by, extra="", over=ALL):
    """The distinct share of the model, over all containers: at most a whole one."""
    where = joined(OF_WORKLOAD_AND_MODEL, extra)
    most = f"max_over_time(modelwarden_file_read_coverage_ratio{{{where}}}[{over}])"
    return f"clamp_max(sum by ({by}) ({most}), 1)"


def or_zero(expr):
    """For one number: nothing seen is zero."""
    return f"({expr}) or vector(0)"


def stage(number, condition):
    """A number for those series for which it is above zero, else 0; with a label of its own for `or`."""
    return f'label_replace(({condition} > bool 0) * {number}, "stage", "{number}", "", "")'
