# SPDX-License-Identifier: Apache-2.0
"""The variables that several boards have, in the order in which one narrows the next."""

from grafana import datasource, variable

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
    'modelwarden_agent_heartbeat_seconds{k8s_cluster_name=~"$cluster"}',
    "host_name",
    "Node, or machine outside of a cluster",
)
NAMESPACE = variable(
    "namespace",
    "Namespace",
    'modelwarden_model_size_bytes{k8s_cluster_name=~"$cluster"}',
    "k8s_namespace_name",
    "Namespace of the reading pod",
)


def workload(place, several=True):
    return variable(
        "workload",
        "Workload",
        f"modelwarden_model_size_bytes{{{place}}}",
        "modelwarden_workload_name",
        "Top owner of the pod, systemd unit or executable that reads",
        several,
    )


def model(who):
    return variable(
        "model",
        "Model",
        f"modelwarden_model_size_bytes{{{who}}}",
        "modelwarden_model_name",
        "The set of files that a person means",
    )
