// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What reaches the kernel side before it is loaded.
 *
 * @param suffixes with the dot, lower case, at most 16 bytes each, at most 32
 * @param mapEntries capacity by map name, for maps that differ from the object's own
 * @param ringBytes a power of two of pages
 * @param taskFromVpid whether this kernel has bpf_task_from_vpid
 * @param raceWitness whether the page cache is asked what each call has read
 * @param trail how far data are followed from process to process
 */
public record ProbeSettings(
    long minimumSizeBytes,
    long contentMinimumSizeBytes,
    boolean detectContent,
    boolean modelDirectories,
    List<String> suffixes,
    Map<String, Integer> mapEntries,
    int ringBytes,
    boolean taskFromVpid,
    boolean raceWitness,
    Trail trail) {

  /**
   * @param hops channels that data are followed over
   * @param shareMillionths of a file that a server must hand on, to count as more than talk
   * @param window within which it must
   * @param acceptedPasses whether what servers send on accepted connections is handed on at all
   * @param lifetime for how long a channel without a write is known
   */
  public record Trail(
      int hops, int shareMillionths, Duration window, boolean acceptedPasses, Duration lifetime) {

    public static Trail defaults() {
      return new Trail(8, 50_000, Duration.ofMinutes(10), false, Duration.ofHours(24));
    }
  }
}
