# SPDX-License-Identifier: Apache-2.0
"""What the queries of the boards have in common: names of labels, windows, shares."""

READER = (
    "k8s_cluster_name, k8s_namespace_name, host_name, modelwarden_workload_kind, modelwarden_workload_name"
)
READER_AND_MODEL = f"{READER}, modelwarden_model_name"
LEAVING = 'modelwarden_network_role=~"initiated|unknown", modelwarden_network_peer_scope=~"proxy|outside|public|exec_stdio"'
SERVING = 'modelwarden_container_phase!="loading"'
OF_A_MODEL = "k8s_cluster_name, host_name, modelwarden_model_name"

ALL = "$__range"  # the time range of the board
EACH = "$__interval"  # one step of a panel


def joined(*matchers):
    return ", ".join(matcher for matcher in matchers if matcher)


def window(rule, by, where, over=ALL):
    """What was added, of a recording rule that is evaluated each minute."""
    return f"sum by ({by}) (sum_over_time(modelwarden:{rule}:increase1m{{{where}}}[{over}]))"


def share(amount, where, over=ALL):
    """Of the size of the model on that node, as the alerts have it."""
    size = f"max by ({OF_A_MODEL}) (last_over_time(modelwarden_model_size_bytes{{{where}}}[{over}]))"
    return f"{amount} / on ({OF_A_MODEL}) group_left () {size}"


def or_zero(expr):
    """For one number: nothing seen is zero."""
    return f"({expr}) or vector(0)"


def stage(number, condition):
    """A number for those series for which it is above zero, else 0; with a label of its own for `or`."""
    return f'label_replace(({condition} > bool 0) * {number}, "stage", "{number}", "", "")'
