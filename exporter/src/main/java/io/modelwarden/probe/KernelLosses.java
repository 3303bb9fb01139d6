// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.libbpf.BpfMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** The kernel side's own account of what it lost or doubts. */
public final class KernelLosses {

  private final BpfMap map;
  private final Map<Integer, String> reasons;

  public KernelLosses(KernelSide kernel) {
    this.map = kernel.map("failures");
    Map<Integer, String> labels = new TreeMap<>(kernel.layouts().labels("failure", "FAILURE_"));
    labels.remove(kernel.layouts().constant("FAILURE_COUNT"));
    this.reasons = Map.copyOf(labels);
  }

  /** Events by reason since the programs were loaded; every reason is there, from zero on. */
  public Map<String, Long> read() {
    Map<String, Long> losses = new TreeMap<>();
    reasons.forEach(
        (index, reason) -> losses.put(reason, LongStream.of(map.lookupPerCpu(index)).sum()));
    return losses;
  }
}
