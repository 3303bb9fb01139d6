// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import java.util.Comparator;
import java.util.List;

/** A program that has read a model. */
record Reader(Place place, String model, String executable, String origin)
    implements Comparable<Reader> {

  private static final Comparator<Reader> ORDER =
      Comparator.comparing(Reader::place)
          .thenComparing(Reader::model)
          .thenComparing(Reader::executable)
          .thenComparing(Reader::origin);

  /** As a rule that allows just that again. */
  AccessRule rule() {
    return new AccessRule(place, List.of(origin), List.of(model), List.of(executable), List.of());
  }

  @Override
  public int compareTo(Reader other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return "%s %s of %s (%s) read %s"
        .formatted(
            place.isHost() ? "host" : place.namespace(),
            executable,
            place.workload(),
            origin,
            model);
  }
}
