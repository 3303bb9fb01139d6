// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.StructLayout;
import io.modelwarden.libbpf.BpfMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** The kernel side's own account of what it lost or doubts. */
public final class KernelLosses {

  private final BpfMap map;
  private final BpfMap cgroups;
  private final StructLayout cgroupCount;
  private final Map<Integer, String> reasons;

  public KernelLosses(KernelSide kernel) {
    this.map = kernel.map("failures");
    this.cgroups = kernel.map("cgroup_counts");
    this.cgroupCount = kernel.layouts().cgroupCount;
    Map<Integer, String> labels = new TreeMap<>(kernel.layouts().labels("failure", "FAILURE_"));
    labels.remove(kernel.layouts().constant("FAILURE_COUNT"));
    this.reasons = Map.copyOf(labels);
  }

  /** Every reason there is. */
  public Set<String> reasons() {
    return Set.copyOf(reasons.values());
  }

  /** Events of a reason since the programs were loaded. */
  public long count(String reason) {
    return reasons.entrySet().stream()
        .filter(entry -> entry.getValue().equals(reason))
        .mapToLong(entry -> LongStream.of(map.lookupPerCpu(entry.getKey())).sum())
        .sum();
  }

  /**
   * Bytes that found a place neither in a counter nor with a process: all that is known of them is
   * their cgroup. Sent bytes are an upper bound: once a process found no room, what all unarmed
   * processes of its cgroup send is among them.
   *
   * @param field read_bytes or sent_bytes
   */
  public long homelessBytes(String field) {
    return homelessBytesByCgroup(field).values().stream().mapToLong(Long::longValue).sum();
  }

  /** The same by the id of the cgroup. */
  public Map<Long, Long> homelessBytesByCgroup(String field) {
    Map<Long, Long> bytes = new TreeMap<>();
    cgroups.forEach(
        (keys, keyAt, values, at) ->
            bytes.put(keys.getLong(keyAt), cgroupCount.integer(field, 8).get(values, at)));
    return bytes;
  }
}
