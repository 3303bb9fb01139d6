// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.workload.Workload;
import java.util.List;

/**
 * A process image that has taken model data, or that sends while it holds some, at one moment.
 *
 * @param pid in the initial pid namespace
 * @param executable the kernel's name of it (comm)
 * @param executablePath as the process sees it, empty if not known
 * @param workload its container, or outside of containers its systemd unit or executable
 * @param ended whether it has exited, or an exec has replaced it; kept for five minutes after that
 * @param idleSeconds since it last took or sent anything
 * @param readings what it took, the largest first; at least one, and at most 32
 */
public record Reader(
    int pid,
    String executable,
    String executablePath,
    int userId,
    Workload workload,
    boolean ended,
    double idleSeconds,
    Sent sent,
    List<Reading> readings) {

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
