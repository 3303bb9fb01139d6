// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.event.Flow.Role;
import io.modelwarden.event.Flow.Transport;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.Evidence;
import io.modelwarden.session.Evidence.Action;
import io.modelwarden.session.Evidence.BlindSpotFacts;
import io.modelwarden.session.Evidence.EgressFacts;
import io.modelwarden.session.Evidence.Facts;
import io.modelwarden.session.Evidence.FileAccessFacts;
import io.modelwarden.session.Evidence.MemoryFacts;
import io.modelwarden.session.Holding;
import io.modelwarden.session.Measurement.FileIo;
import io.modelwarden.session.ModelSet;
import io.modelwarden.session.PeerScope;
import io.modelwarden.session.Phase;
import io.modelwarden.session.ProcessOrigin;
import io.modelwarden.session.SpanIdentity;
import io.modelwarden.session.Via;
import io.modelwarden.workload.Workload;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The same small story for all tests: a server that loads Llama, a thief that sends it. */
final class Story {

  /** 2026-01-02T03:04:05Z. */
  static final long EPOCH_NANOS = 1_767_323_045_000_000_000L;

  static final HostIdentity HOST = new HostIdentity("4c4c4544", "gpu-7", null, "");
  static final Workload SERVER = new Workload("systemd_unit", "vllm.service");
  static final Workload THIEF = new Workload("executable", "/usr/bin/curl");
  static final ModelSet LLAMA = new ModelSet("meta/llama", "safetensors", 14_000_000_000L);
  static final SpanIdentity ROOT =
      SpanIdentity.parse("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
  static final SpanIdentity SPAN =
      SpanIdentity.parse("0af7651916cd43dd8448eb211c80319c", "00f067aa0ba902b7");
  static final SpanIdentity LINKED =
      SpanIdentity.parse("4bf92f3577b34da6a3ce929d0e0e4736", "53995c3f42cd8ad8");
  static final Holding HOLDING = new Holding(13_000_000_000L, 2.5, 3, Via.PARENT);

  static final String CONTAINER_ID =
      "5d1f0a9c3b7e48d2a6c0f1e2d3c4b5a697887766554433221100ffeeddccbbaa";

  private Story() {}

  /** A clock of events that agrees with the node's. */
  static long now() {
    return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
  }

  static ProcessFacts process(int pid, String executable) {
    ProcessKey key = new ProcessKey(pid, 1, 77);
    return new ProcessFacts(
        key,
        null,
        1,
        -2,
        executable,
        "/usr/bin/" + executable,
        9,
        "/docker/" + CONTAINER_ID,
        4_026_531_841L,
        4_026_531_836L,
        ProcessFacts.Origin.SELF,
        ProcessFacts.Entrance.ENTRYPOINT,
        0,
        EPOCH_NANOS,
        EPOCH_NANOS);
  }

  static Evidence evidence(Facts facts) {
    return new Evidence(
        SPAN,
        ROOT,
        List.of(LINKED),
        EPOCH_NANOS,
        EPOCH_NANOS + 5_000_000_000L,
        SERVER,
        process(4242, "python3"),
        Phase.SERVING,
        LLAMA,
        facts);
  }

  /** The same by a process outside of containers. */
  static Evidence onTheHost(Evidence evidence) {
    ProcessFacts process = evidence.process();
    return new Evidence(
        evidence.identity(),
        evidence.parent(),
        evidence.links(),
        evidence.startEpochNanos(),
        evidence.endEpochNanos(),
        evidence.workload(),
        new ProcessFacts(
            process.key(),
            process.parent(),
            process.parentPid(),
            process.userId(),
            process.executableName(),
            process.executablePath(),
            process.cgroupId(),
            "/system.slice/vllm.service",
            process.mountNamespace(),
            process.pidNamespace(),
            process.origin(),
            ProcessFacts.Entrance.UNKNOWN,
            0,
            process.startEpochNanos(),
            process.containerStartEpochNanos()),
        evidence.phase(),
        evidence.model(),
        evidence.facts());
  }

  static FileAccessFacts file(Action action) {
    return new FileAccessFacts(
        action,
        "/models/llama/1.safetensors",
        -1,
        5_000_000_000L,
        "safetensors",
        "",
        4096,
        8192,
        0.25);
  }

  static EgressFacts egress(Role role, Transport transport) {
    boolean hasAddress = transport != Transport.UNIX && transport != Transport.PIPE;
    PeerScope without = transport == Transport.PIPE ? PeerScope.EXEC_STDIO : PeerScope.LOCAL;
    return new EgressFacts(
        hasAddress ? "203.0.113.9" : "",
        hasAddress ? 443 : 0,
        false,
        transport,
        role,
        hasAddress ? PeerScope.PUBLIC : without,
        "/models/llama/1.safetensors",
        1_000_000,
        12_000_000_000L,
        HOLDING);
  }

  static MemoryFacts memory() {
    return new MemoryFacts(
        "process_vm_readv", 65_536, 131_072, process(99, "vllm"), true, false, HOLDING);
  }

  static BlindSpotFacts blindSpot() {
    return new BlindSpotFacts("loop_device", "7:0", 4096);
  }

  static FileIo read(Workload workload, String path, long bytes, long epochNanos) {
    return new FileIo(
        workload,
        epochNanos,
        path,
        LLAMA.name(),
        Direction.READ,
        "python3",
        ProcessOrigin.ENTRYPOINT,
        Phase.LOADING,
        "read",
        bytes,
        1);
  }
}
