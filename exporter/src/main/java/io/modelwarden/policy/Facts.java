// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import java.util.List;

/** Names and values of the telemetry schema that a policy speaks of. A test compares them. */
final class Facts {

  // Of resources
  static final String NAMESPACE = "k8s.namespace.name";
  static final String POD_UID = "k8s.pod.uid";
  static final String WORKLOAD_KIND = "modelwarden.workload.kind";
  static final String WORKLOAD_NAME = "modelwarden.workload.name";

  // Of spans and log events
  static final String CONTAINER_ID = "container.id";
  static final String OPERATION = "modelwarden.operation.name";
  static final String ORIGIN = "modelwarden.process.origin";
  static final String EXECUTABLE = "process.executable.path";
  static final String MODEL = "modelwarden.model.name";
  static final String FILE = "file.path";
  static final String SCOPE = "modelwarden.network.peer.scope";
  static final String PEER = "network.peer.address";
  static final String PORT = "network.peer.port";
  static final String SENT = "modelwarden.transmit.total";
  static final String METHOD = "modelwarden.memory.read.method";
  static final String TARGET = "modelwarden.memory.target.executable.name";
  static final String SAME_CONTAINER = "modelwarden.memory.target.same_container";
  static final String MEMORY_READ = "modelwarden.memory.read.total";

  static final String HOST = "host";
  static final String ENTRYPOINT = "entrypoint";
  static final List<String> ORIGINS = List.of(ENTRYPOINT, "exec", "ephemeral", HOST);

  static final String EXEC_STDIO = "exec_stdio";

  /** Where something leaves; elsewhere no lane looks. */
  static final List<String> LEAVING = List.of("proxy", "outside", "public", EXEC_STDIO);

  static final List<String> METHODS =
      List.of(
          "process_vm_readv",
          "process_vm_writev",
          "ptrace",
          "ptrace_write",
          "proc_mem",
          "proc_mem_write",
          "pidfd_getfd",
          "core_dump");

  /** Kinds of workloads that are processes of the machine. */
  static final List<String> HOST_KINDS = List.of("systemd_unit", "executable");

  private Facts() {}

  /** As Prometheus calls it. */
  static String label(String attribute) {
    return attribute.replace('.', '_');
  }
}
