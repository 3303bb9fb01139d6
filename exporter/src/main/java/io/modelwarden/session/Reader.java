// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.ProcessFacts;
import io.modelwarden.workload.CgroupPath;
import io.modelwarden.workload.PodContainer;
import io.modelwarden.workload.PodNames;
import io.modelwarden.workload.Workload;
import java.util.List;

/**
 * A process image that has taken model data, or that sends while it holds some, at one moment.
 *
 * @param pid in the initial pid namespace
 * @param executable the kernel's name of it (comm)
 * @param executablePath as the process sees it, empty if not known
 * @param workload whose process it is
 * @param origin how it came there, in lower case ("exec")
 * @param ended whether it has exited, or an exec has replaced it; kept for five minutes after that
 * @param idleSeconds since it last took or sent anything
 * @param readings what it took, the largest first; at least one, and at most 32
 */
public record Reader(
    int pid,
    String executable,
    String executablePath,
    int userId,
    Place workload,
    String origin,
    boolean ended,
    double idleSeconds,
    Sent sent,
    List<Reading> readings) {

  /**
   * Its workload, and where that is; what is not known, or is not the case, is empty.
   *
   * @param kind as {@link Workload#kind}
   * @param name as {@link Workload#name}
   */
  public record Place(
      String kind,
      String name,
      String namespace,
      String pod,
      String container,
      String containerId) {

    static Place of(ProcessFacts process, Workload workload) {
      PodContainer inPod = workload.container();
      PodNames names = inPod == null ? null : inPod.names();
      return new Place(
          workload.kind(),
          workload.name(),
          names == null ? "" : names.namespace(),
          names == null ? "" : names.pod(),
          names == null ? "" : names.container(),
          CgroupPath.parse(process.cgroupPath()).containerId());
    }
  }

  /**
   * What it sent since it holds a model.
   *
   * @param bytesPerSecond over about the last five seconds
   * @param peer address of the last peer outside of the node, else of the last one; empty where
   *     there is none; accepted peers are cut to their network as on spans
   * @param port of that peer, 0 on accepted connections and where there is none
   * @param scope where that peer is, in lower case ("public"); empty if nothing was sent
   */
  public record Sent(long bytes, long bytesPerSecond, String peer, int port, String scope) {}

  /** Bytes that it took and sent: how much it matters. */
  long weight() {
    return sent.bytes + readings.stream().mapToLong(Reading::bytes).sum();
  }
}
