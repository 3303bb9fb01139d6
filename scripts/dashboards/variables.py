# SPDX-License-Identifier: Apache-2.0
"""The variables that several boards have, in the order in which one narrows the next."""

from grafana import datasource, variable
from promql import IN_CLUSTER, IN_NAMESPACE, OF_WORKLOAD

METRICS = datasource(
    "datasource", "Metrics", "prometheus", "Prometheus with the metrics and rules of Modelwarden"
)
CLUSTER = variable(
    "cluster",
    "Cluster",
    "modelwarden_agent_heartbeat_seconds",
    "k8s_cluster_name",
    "Cluster as the agents' settings call it",
)
NODE = variable(
    "node",
    "Node",
    f"modelwarden_agent_heartbeat_seconds{{{IN_CLUSTER}}}",
    "host_name",
    "Node, or machine outside of a cluster",
)
NAMESPACE = variable(
    "namespace",
    "Namespace",
    f"modelwarden_model_size_bytes{{{IN_CLUSTER}}}",
    "k8s_namespace_name",
    "Namespace of the reading pod",
)


MODEL = variable(
    "model",
    "Model",
    f"modelwarden_model_size_bytes{{{OF_WORKLOAD}}}",
    "modelwarden_model_name",
    "The set of files that a person means",
)


def workload(several=True):
    return variable(
        "workload",
        "Workload",
        f"modelwarden_model_size_bytes{{{IN_NAMESPACE}}}",
        "modelwarden_workload_name",
        "Top owner of the pod, systemd unit or executable that reads",
        several,
    )
