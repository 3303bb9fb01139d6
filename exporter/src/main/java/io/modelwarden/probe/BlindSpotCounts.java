// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** How often each way past the counters was prepared on this machine, since the agent's start. */
public final class BlindSpotCounts {

  private final ByteBuffer totals;
  private final Map<String, Integer> places = new TreeMap<>();

  public BlindSpotCounts(KernelSide kernel) {
    totals = kernel.variable("blind_spot_totals");
    int count = kernel.layouts().constant("BLIND_SPOT_COUNT");
    kernel
        .layouts()
        .labels("blind_spot_kind", "BLIND_SPOT_")
        .forEach(
            (number, label) -> {
              if (number < count) {
                places.put(label, number * Long.BYTES);
              }
            });
  }

  public Set<String> kinds() {
    return places.keySet();
  }

  public long count(String kind) {
    return totals.getLong(places.get(kind));
  }
}
