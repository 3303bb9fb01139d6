# SPDX-License-Identifier: Apache-2.0
"""
The series of a fleet in Prometheus, with the labels that its OTLP receiver makes of what agents send.

Each pod serves a model of one file, which it has mapped while loading; each node has an agent. One pod in
ten sends outside, one in a hundred reads its model again, one in a hundred reads memory.
"""

PODS_A_NODE, WORKLOADS, NAMESPACES = 10, 500, 50
GIB = 1 << 30
FILES = ["/models/{model}/model.safetensors"]


def pod_resource(pod):
    workload, node = pod % WORKLOADS, pod // PODS_A_NODE
    namespace, name = f"team-{workload % NAMESPACES:02}", f"server-{workload:03}"
    replicas = f"{name}-7d4b9c6f5"
    return node_names(node) | {
        "job": f"{namespace}/{name}",
        "instance": f"{namespace}.{replicas}-{pod:05x}.server",
        "k8s_cluster_uid": "00000000-0000-4000-9000-000000000000",
        "k8s_namespace_name": namespace,
        "k8s_pod_name": f"{replicas}-{pod:05x}",
        "k8s_pod_uid": f"00000000-0000-4000-8000-{pod:012x}",
        "k8s_container_name": "server",
        "k8s_deployment_name": name,
        "modelwarden_workload_kind": "deployment",
        "modelwarden_workload_name": name,
        "service_name": name,
        "service_namespace": namespace,
        "service_version": "1.4.2",
        "service_instance_id": f"{namespace}.{replicas}-{pod:05x}.server",
    }


def node_resource(node):
    return node_names(node) | {
        "job": "modelwarden",
        "instance": f"node-{node:05}",
        "service_name": "modelwarden",
        "service_instance_id": f"node-{node:05}",
        "service_version": "0.1.0",
    }


def node_names(node):
    names = {"k8s_cluster_name": "bench", "k8s_node_name": f"node-{node:05}"}
    return names | {"host_id": f"{node:032x}", "host_name": f"node-{node:05}"}


def pod_series(pod):
    """Name, attributes and whether it grows."""
    model = f"model-{pod % WORKLOADS:03}"
    about = {"modelwarden_model_name": model}
    reader = about | {"process_executable_name": "python3.11", "modelwarden_process_origin": "entrypoint"}
    for file in FILES:
        path = {"file_path": file.format(model=model)}
        loading = path | reader | {"modelwarden_container_phase": "loading"}
        by_call = {"disk_io_direction": "read", "modelwarden_io_method": "read"}
        yield "modelwarden_file_io_bytes_total", loading | by_call, False
        yield "modelwarden_file_operations_total", loading | by_call, False
        yield "modelwarden_file_mapped_bytes_total", loading, False
        yield "modelwarden_file_mapping_size_bytes", loading, False
        yield "modelwarden_file_size_bytes", path | about, False
        if pod % 100 == 0:
            again = loading | by_call | {"modelwarden_container_phase": "serving"}
            yield "modelwarden_file_io_bytes_total", again, True
            yield "modelwarden_file_operations_total", again, True
    yield "modelwarden_model_size_bytes", about | {"modelwarden_model_format": "safetensors"}, False
    flows = [("accepted", "pod"), ("initiated", "cluster")] + [("initiated", "public")] * (pod % 10 == 0)
    for role, scope in flows:
        flow = {"network_io_direction": "transmit", "network_transport": "tcp", "network_type": "ipv4"}
        flow |= {"modelwarden_network_role": role, "modelwarden_network_peer_scope": scope}
        yield "modelwarden_network_io_bytes_total", about | flow | {"process_executable_name": "python3.11"}, True
    if pod % 100 == 0:
        taken = reader | {"modelwarden_memory_read_method": "process_vm_readv"}
        taken |= {"modelwarden_memory_target_holds_model": "true", "modelwarden_memory_target_same_container": "true"}
        yield "modelwarden_memory_read_bytes_total", taken, True
        yield "modelwarden_memory_operations_total", taken, True


# Of each agent, those that rules look at; the numbers of reasons, probes and metrics are an agent's.
LOSS_REASONS, PROBES, LIMITED_METRICS = 42, 22, 9


def node_series(node):
    yield "modelwarden_agent_heartbeat_seconds", {}, True
    yield "modelwarden_agent_clock_ahead_seconds", {}, False
    version = {"modelwarden_agent_version": "0.1.0", "modelwarden_agent_kernel_release": "6.12"}
    yield "modelwarden_agent_info", version | {"modelwarden_agent_schema_version": "0.1"}, False
    for number in range(LOSS_REASONS):
        yield "modelwarden_agent_losses_total", {"modelwarden_agent_loss_reason": f"reason_{number}"}, False
    for number in range(PROBES):
        yield "modelwarden_agent_probe_attached", {"modelwarden_agent_probe_name": f"probe_{number}"}, False
    for number in range(LIMITED_METRICS):
        metric = {"modelwarden_agent_metric_name": f"metric_{number}"}
        yield "modelwarden_agent_series_overflow_total", metric, False
    for signal in ("span", "metric", "log"):
        yield "modelwarden_agent_export_failures_total", {"modelwarden_agent_export_signal": signal}, False


def series(pods):
    """All of them: labels with the name, and whether it grows."""
    for pod in range(pods):
        resource = pod_resource(pod)
        for name, attributes, grows in pod_series(pod):
            yield {"__name__": name} | resource | attributes, grows
    for node in range(pods // PODS_A_NODE):
        resource = node_resource(node)
        for name, attributes, grows in node_series(node):
            yield {"__name__": name} | resource | attributes, grows
