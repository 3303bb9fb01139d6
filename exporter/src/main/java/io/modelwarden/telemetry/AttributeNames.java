// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static io.opentelemetry.api.common.AttributeKey.booleanKey;
import static io.opentelemetry.api.common.AttributeKey.doubleKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.semconv.ClientAttributes;
import io.opentelemetry.semconv.HttpAttributes;
import io.opentelemetry.semconv.NetworkAttributes;
import io.opentelemetry.semconv.ServiceAttributes;
import io.opentelemetry.semconv.UserAgentAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Every attribute that the agent or its collector configuration sets. Keys that semantic
 * conventions still call incubating are written out here rather than taken from the incubating
 * artifact, whose constants may be renamed under us.
 */
public final class AttributeNames {

  /** A key and what it says. */
  public record Described(AttributeKey<?> key, String description) {}

  private static final List<Described> described = new ArrayList<>();

  // Resources
  public static final AttributeKey<String> SERVICE_NAME =
      say(
          ServiceAttributes.SERVICE_NAME,
          "`host` for processes outside of pods; of a pod by OpenTelemetry's derivation for "
              + "Kubernetes, of one without names `container`");
  public static final AttributeKey<String> SERVICE_INSTANCE_ID =
      say(
          stringKey("service.instance.id"),
          "`<namespace>.<pod>.<container>` in a pod, else `<host.id>/<workload name>`; the agent's"
              + " is its node");
  public static final AttributeKey<String> SERVICE_VERSION =
      say(
          ServiceAttributes.SERVICE_VERSION,
          "of the agent on its own resource; of a pod by the derivation");
  public static final AttributeKey<String> HOST_ID = say(stringKey("host.id"), "the machine's id");
  public static final AttributeKey<String> HOST_NAME =
      say(stringKey("host.name"), "the machine's name");
  public static final AttributeKey<String> NODE_NAME =
      say(stringKey("k8s.node.name"), "the node's name, where the agent was told it");
  public static final AttributeKey<String> CLUSTER_NAME =
      say(stringKey("k8s.cluster.name"), "what the settings call the cluster");
  public static final AttributeKey<String> CLUSTER_UID =
      say(stringKey("k8s.cluster.uid"), "uid of the namespace `kube-system`");
  public static final AttributeKey<String> NAMESPACE_NAME =
      say(stringKey("k8s.namespace.name"), "of the pod");
  public static final AttributeKey<String> POD_NAME = say(stringKey("k8s.pod.name"), "of the pod");
  public static final AttributeKey<String> POD_UID =
      say(
          stringKey("k8s.pod.uid"),
          "of the pod; as the kubelet calls it where the API did not tell the pod's names in time");
  public static final AttributeKey<String> CONTAINER_NAME =
      say(stringKey("k8s.container.name"), "of the container in its pod");
  public static final AttributeKey<String> DEPLOYMENT_NAME =
      say(stringKey("k8s.deployment.name"), "owner of the pod");
  public static final AttributeKey<String> REPLICASET_NAME =
      say(stringKey("k8s.replicaset.name"), "owner of the pod");
  public static final AttributeKey<String> STATEFULSET_NAME =
      say(stringKey("k8s.statefulset.name"), "owner of the pod");
  public static final AttributeKey<String> DAEMONSET_NAME =
      say(stringKey("k8s.daemonset.name"), "owner of the pod");
  public static final AttributeKey<String> JOB_NAME =
      say(stringKey("k8s.job.name"), "owner of the pod");
  public static final AttributeKey<String> CRONJOB_NAME =
      say(stringKey("k8s.cronjob.name"), "owner of the pod");
  public static final AttributeKey<String> IMAGE_NAME =
      say(stringKey("container.image.name"), "without tag and digest");
  public static final AttributeKey<String> SERVICE_NAMESPACE =
      say(stringKey("service.namespace"), "of a pod, by OpenTelemetry's derivation");

  private static final String POD_LABEL = "k8s.pod.label.";
  private static final String POD_ANNOTATION = "k8s.pod.annotation.";

  static {
    say(stringKey(POD_LABEL + "<key>"), "labels that `kubernetes.labels` allows");
    say(stringKey(POD_ANNOTATION + "<key>"), "annotations that `kubernetes.annotations` allows");
  }

  public static final AttributeKey<String> WORKLOAD_KIND =
      say(
          stringKey("modelwarden.workload.kind"),
          "top owner of the pod: `deployment`, `statefulset`, `daemonset`, `job`, `cronjob`, `pod`,"
              + " ...; else `container`, `systemd_unit` or `executable`");
  public static final AttributeKey<String> WORKLOAD_NAME =
      say(
          stringKey("modelwarden.workload.name"),
          "name of that owner, short id of the container, name of the unit or of the executable; what"
              + " Docker or Podman calls a container is known to them only, and they are not asked");

  public static final AttributeKey<String> CONTAINER_ID =
      say(
          stringKey("container.id"),
          "of the process' container, by its cgroup; on spans and log events, never on metrics");

  // Model and file
  public static final AttributeKey<String> OPERATION =
      say(
          stringKey("modelwarden.operation.name"),
          "`read`, `mmap`, `write`, `egress`, `read_memory`; not on the session's root");
  public static final AttributeKey<String> MODEL_NAME =
      say(stringKey("modelwarden.model.name"), "the set of files that a person means");
  public static final AttributeKey<Long> MODEL_SIZE =
      say(
          longKey("modelwarden.model.size"),
          "bytes of the set, each distinct file once; absent if nobody knows it");
  public static final AttributeKey<String> MODEL_FORMAT =
      say(stringKey("modelwarden.model.format"), "`safetensors`, `gguf`, `unknown`, ...");
  public static final AttributeKey<String> FILE_PATH =
      say(stringKey("file.path"), "absolute, as the process sees it");
  public static final AttributeKey<Long> FILE_SIZE = say(longKey("file.size"), "bytes");
  public static final AttributeKey<String> FILE_INODE =
      say(stringKey("file.inode"), "inode number");
  public static final AttributeKey<String> FILE_ID =
      say(
          stringKey("modelwarden.file.id"),
          "fingerprint of the file's content by its size, first and last bytes, equal for copies; absent"
              + " while it is being written and where no way leads to it; see"
              + " [copies](copies.md)");
  public static final AttributeKey<Long> FILE_READ_SIZE =
      say(longKey("modelwarden.file.read.size"), "bytes read in this slice; absent for a mapping");
  public static final AttributeKey<Long> FILE_MAPPED_SIZE =
      say(longKey("modelwarden.file.mapped.size"), "distinct bytes newly mapped in this slice");
  public static final AttributeKey<Long> FILE_WRITE_SIZE =
      say(longKey("modelwarden.file.write.size"), "bytes written in this slice");
  public static final AttributeKey<Long> READ_TOTAL =
      say(
          longKey("modelwarden.read.total"),
          "bytes read + distinct bytes mapped by this workload of this model in this phase and from"
              + " this origin, running total");
  public static final AttributeKey<Double> FILE_READ_COVERAGE =
      say(
          doubleKey("modelwarden.file.read.coverage"),
          "distinct share of the model that this workload has read or mapped in this phase and from"
              + " this origin since the agent's start; see [coverage of reads](read-coverage.md)");
  public static final AttributeKey<String> IO_DIRECTION =
      say(stringKey("disk.io.direction"), "`read` or `write`");
  public static final AttributeKey<String> IO_METHOD =
      say(
          stringKey("modelwarden.io.method"),
          "`read`, `sendfile`, `splice`, `copy_file_range`, `ficlone`, `io_uring`, `aio`, `write`; `fault` for what"
              + " was touched of a mapping");

  // Process
  public static final AttributeKey<Long> PROCESS_PID =
      say(longKey("process.pid"), "in the machine's pid namespace");
  public static final AttributeKey<String> PROCESS_CREATION_TIME =
      say(stringKey("process.creation.time"), "ISO 8601, UTC");
  public static final AttributeKey<String> EXECUTABLE_NAME =
      say(stringKey("process.executable.name"), "the kernel's name of it, at most 15 bytes");
  public static final AttributeKey<String> EXECUTABLE_PATH =
      say(stringKey("process.executable.path"), "absolute, as the process sees it");
  public static final AttributeKey<Long> PARENT_PID =
      say(longKey("process.parent_pid"), "in the machine's pid namespace");
  public static final AttributeKey<Long> USER_ID =
      say(longKey("process.user.id"), "in the machine's user namespace");
  public static final AttributeKey<String> PHASE =
      say(
          stringKey("modelwarden.container.phase"),
          "`loading`: what a container or systemd unit was started with takes its models into memory;"
              + " `serving`: all else, and all that came in another way");
  public static final AttributeKey<String> ALLOWED_EXECUTABLES =
      say(
          stringKey("modelwarden.policy.allowed_executables"),
          "pattern of executables that the namespace allows to read models, by its annotation "
              + "`modelwarden.io/allowed-executables`; on spans and log events, never on metrics");
  public static final AttributeKey<String> PROCESS_ORIGIN =
      say(
          stringKey("modelwarden.process.origin"),
          "`entrypoint`: what the container was started with; `exec`: a command run in it "
              + "afterwards; `ephemeral`: in a container added to the running pod; `host`: outside "
              + "of containers, in the mounts of the machine, or in a container that mounts the "
              + "machine's root folder; on memory metrics that of the reader");
  public static final AttributeKey<Long> MODEL_DATA_SIZE =
      say(
          longKey("modelwarden.process.model_data.size"),
          "model bytes that the process' lineage read, mapped, took from another process' memory"
              + " or got over pipes, sockets and files from one that did, running total; the model's"
              + " size where nobody saw it being taken, absent if that is not known; on memory spans"
              + " those of the process that was read");
  public static final AttributeKey<Double> MODEL_DATA_AGE =
      say(
          doubleKey("modelwarden.process.model_data.age"),
          "seconds since the last of them; 0 while a model is mapped");
  public static final AttributeKey<Long> MODEL_DATA_FILES =
      say(longKey("modelwarden.process.model_data.files"), "number of distinct files");
  public static final AttributeKey<String> MODEL_DATA_VIA =
      say(
          stringKey("modelwarden.process.model_data.via"),
          "`self`, `parent`, `write`, `declared`, `memory`: taken from the memory of a holder,"
              + " `session`: another process of the same exec session, `pipe` or `socket` (of this"
              + " machine): what a holder wrote to it, `file`: a copy that a holder wrote and that is"
              + " no model itself, `shared_memory`: memory that it shares with a holder, and so a"
              + " possibility only, or `recovered`: the process is older than the agent, which"
              + " knows of it by an open or mapped file, a declaration, what an earlier agent knew, or another process of its container");

  // Network
  public static final AttributeKey<String> PEER_ADDRESS =
      say(
          NetworkAttributes.NETWORK_PEER_ADDRESS,
          "absent for many peers in one; of audit events the API server's peer");
  public static final AttributeKey<Long> PEER_PORT =
      say(NetworkAttributes.NETWORK_PEER_PORT, "of initiated connections");
  public static final AttributeKey<String> TRANSPORT =
      say(
          NetworkAttributes.NETWORK_TRANSPORT,
          "`tcp`, `udp`, `unix`, `pipe` (also a terminal), `other`");
  public static final AttributeKey<String> NETWORK_TYPE =
      say(NetworkAttributes.NETWORK_TYPE, "`ipv4` or `ipv6`; absent for unix sockets and pipes");
  public static final AttributeKey<String> NETWORK_IO_DIRECTION =
      say(stringKey("network.io.direction"), "`transmit`");
  public static final AttributeKey<String> NETWORK_ROLE =
      say(
          stringKey("modelwarden.network.role"),
          "`initiated`, `accepted`, or `unknown` for pipes and for sockets older than the agent");
  public static final AttributeKey<String> PEER_SCOPE =
      say(
          stringKey("modelwarden.network.peer.scope"),
          "`loopback`, `node`, `proxy`, `pod`, `cluster`, `outside`, `private`, `public`, "
              + "`local`, `exec_stdio`: the first that fits");
  public static final AttributeKey<Long> TRANSMIT_SIZE =
      say(longKey("modelwarden.network.transmit.size"), "bytes sent in this slice");
  public static final AttributeKey<Long> TRANSMIT_TOTAL =
      say(
          longKey("modelwarden.transmit.total"),
          "bytes sent by this workload to this scope in this role, running total");

  // Memory of another process
  public static final AttributeKey<String> MEMORY_METHOD =
      say(
          stringKey("modelwarden.memory.read.method"),
          "`process_vm_readv`, `ptrace` (words, registers, what a traced process is made to put into a"
              + " pipe), `proc_mem`, `pidfd_getfd` (0 bytes), `core_dump`; `process_vm_writev`,"
              + " `ptrace_write`, `proc_mem_write`: a holder wrote into the reader, or the reader into"
              + " the holder");
  public static final AttributeKey<Long> MEMORY_READ_SIZE =
      say(longKey("modelwarden.memory.read.size"), "bytes read in this slice");
  public static final AttributeKey<Long> MEMORY_READ_TOTAL =
      say(
          longKey("modelwarden.memory.read.total"),
          "bytes that this reader's workload read of this process' tree, running total");
  public static final AttributeKey<Long> TARGET_PID =
      say(longKey("modelwarden.memory.target.process.pid"), "of the process that was read");
  public static final AttributeKey<String> TARGET_EXECUTABLE_NAME =
      say(stringKey("modelwarden.memory.target.executable.name"), "of the process that was read");
  public static final AttributeKey<Boolean> TARGET_HOLDS_MODEL =
      say(booleanKey("modelwarden.memory.target.holds_model"), "whether it holds a model");
  public static final AttributeKey<Boolean> TARGET_SAME_CONTAINER =
      say(
          booleanKey("modelwarden.memory.target.same_container"),
          "whether the reader is in the same container; false of a core dump, which leaves the process"
              + " for a file or a handler");

  // Ways past the counters
  public static final AttributeKey<String> BLIND_SPOT_KIND =
      say(
          stringKey("modelwarden.blind_spot.kind"),
          "a way on which bytes are not counted by file: `block_device`, `loop_device`,"
              + " `device_mapper`, `fuse` (its device was opened, or a holder of a model wrote to such"
              + " a file system), `network_file_system` (the same of NFS, SMB, Ceph, 9p, AFS),"
              + " `kernel_crypto` (AF_ALG), `raw_network` (AF_XDP), `rdma`,"
              + " `gpu`, `device_passthrough`, `virtual_machine`, `kernel_memory`, `kernel_module`,"
              + " `kernel_replaced` (kexec), `bpf_program`, `agent_object` (a program or map of the"
              + " agent)");
  public static final AttributeKey<String> BLIND_SPOT_DEVICE =
      say(
          stringKey("modelwarden.blind_spot.device"),
          "major and minor number of the device, or of the file system");
  public static final AttributeKey<Long> BLIND_SPOT_SIZE =
      say(
          longKey("modelwarden.blind_spot.size"),
          "bytes read of a block device, or written to a file system, since it was last told, of"
              + " whatever files");

  // Audit events of the API server
  public static final AttributeKey<String> USER_NAME =
      say(stringKey("user.name"), "whom the API server took the request to be from");
  public static final AttributeKey<List<String>> USER_GROUPS =
      say(stringArrayKey("modelwarden.audit.user.groups"), "groups of that user, at most 16");
  public static final AttributeKey<String> IMPERSONATED_USER =
      say(
          stringKey("modelwarden.audit.impersonated_user.name"),
          "whom that user acted as (`kubectl --as`)");
  public static final AttributeKey<String> CLIENT_ADDRESS =
      say(
          ClientAttributes.CLIENT_ADDRESS,
          "as the request's headers say, which the client may choose; believe `network.peer.address`"
              + " where they differ");
  public static final AttributeKey<String> USER_AGENT =
      say(UserAgentAttributes.USER_AGENT_ORIGINAL, "what the client calls itself");
  public static final AttributeKey<Long> RESPONSE_STATUS =
      say(
          HttpAttributes.HTTP_RESPONSE_STATUS_CODE,
          "of the API server's answer; 101 for a session that began");
  public static final AttributeKey<String> AUDIT_ID =
      say(stringKey("modelwarden.audit.id"), "of the request: equal at all of its stages");
  public static final AttributeKey<String> AUDIT_STAGE =
      say(
          stringKey("modelwarden.audit.stage"),
          "`ResponseStarted` when the session begins, `ResponseComplete` when it ends or is refused,"
              + " `Panic`");
  public static final AttributeKey<String> AUDIT_SUBRESOURCE =
      say(
          stringKey("modelwarden.audit.subresource"),
          "`exec`, `attach`, `portforward`, `ephemeralcontainers`; `proxy`: one of them by way of the"
              + " node's");
  public static final AttributeKey<String> AUDIT_REQUEST_TIME =
      say(
          stringKey("modelwarden.audit.request.time"),
          "ISO 8601, UTC: when the request came; the event's own time is that of the stage");
  public static final AttributeKey<List<String>> COMMAND_ARGS =
      say(
          stringArrayKey("process.command_args"),
          "of an audit event where commands are asked for, without what looks like a secret");
  public static final AttributeKey<String> AUDIT_OUTCOME =
      say(
          stringKey("modelwarden.audit.outcome"),
          "of requests `accepted`, `wrong`, `too_large`, `busy`; of records `exported`, `other` (not"
              + " about entering a pod), `lost` (not delivered)");

  // The agent itself
  public static final AttributeKey<String> AGENT_VERSION =
      say(stringKey("modelwarden.agent.version"), "version of the agent");
  public static final AttributeKey<String> KERNEL_RELEASE =
      say(stringKey("modelwarden.agent.kernel.release"), "release of the running kernel");
  public static final AttributeKey<String> SCHEMA_VERSION =
      say(stringKey("modelwarden.agent.schema.version"), "version of this page");
  public static final AttributeKey<String> EVENT_KIND =
      say(stringKey("modelwarden.agent.event.kind"), "what a doorbell says");
  public static final AttributeKey<String> CPU_MODE =
      say(stringKey("cpu.mode"), "`user` or `system`");
  public static final AttributeKey<String> LOSS_REASON =
      say(stringKey("modelwarden.agent.loss.reason"), "what was lost, or why");
  public static final AttributeKey<String> PROBE_NAME =
      say(stringKey("modelwarden.agent.probe.name"), "name of the probe");
  public static final AttributeKey<String> MAP_NAME =
      say(stringKey("modelwarden.agent.map.name"), "name of the kernel map");
  public static final AttributeKey<String> SIGNAL =
      say(stringKey("modelwarden.agent.export.signal"), "`span`, `metric`, `log`");
  public static final AttributeKey<String> RESOLUTION_KIND =
      say(stringKey("modelwarden.agent.resolution.kind"), "what could not be resolved");
  public static final AttributeKey<String> CLAMP_KIND =
      say(stringKey("modelwarden.agent.clamp.kind"), "which values were out of range");
  public static final AttributeKey<String> METRIC_NAME =
      say(stringKey("modelwarden.agent.metric.name"), "name of the metric it is about");
  public static final AttributeKey<Boolean> OVERFLOW =
      say(
          booleanKey("otel.metric.overflow"),
          "`true` on the one point, of the agent's resource, that stands for all series beyond "
              + "the limit");

  // Set by the collector
  public static final AttributeKey<String> RULE_NAME =
      say(stringKey("security_rule.name"), "the rule that found it; set by the collector");
  public static final AttributeKey<String> RULESET_NAME =
      say(stringKey("security_rule.ruleset.name"), "`modelwarden`; set by the collector");
  public static final AttributeKey<String> RULE_CATEGORY =
      say(stringKey("security_rule.category"), "kind of attack; set by the collector");
  public static final AttributeKey<String> RULE_DESCRIPTION =
      say(stringKey("security_rule.description"), "what the rule says; set by the collector");
  public static final AttributeKey<String> RULE_REFERENCE =
      say(stringKey("security_rule.reference"), "the runbook; set by the collector");
  public static final AttributeKey<String> FINDING_SEVERITY =
      say(stringKey("modelwarden.finding.severity"), "`critical`; set by the collector");
  public static final AttributeKey<List<String>> FINDING_TECHNIQUES =
      say(
          stringArrayKey("modelwarden.finding.techniques"),
          "MITRE ATLAS and ATT&CK techniques; set by the collector");
  public static final AttributeKey<String> FINDING_REASON =
      say(
          stringKey("modelwarden.finding.reason"),
          "why, in words with figures; set by the collector");
  public static final AttributeKey<String> COLLECTOR_ID =
      say(stringKey("modelwarden.collector.id"), "the collector that counted; set by it");

  private AttributeNames() {}

  /** All of them, in the order of this page. */
  public static List<Described> all() {
    return List.copyOf(described);
  }

  static AttributeKey<String> podLabel(String key) {
    return stringKey(POD_LABEL + key);
  }

  static AttributeKey<String> podAnnotation(String key) {
    return stringKey(POD_ANNOTATION + key);
  }

  private static <T> AttributeKey<T> say(AttributeKey<T> key, String description) {
    described.add(new Described(key, description));
    return key;
  }
}
