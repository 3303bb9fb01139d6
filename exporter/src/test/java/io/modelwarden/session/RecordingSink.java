// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.util.ArrayList;
import java.util.List;

/** Keeps what it is given, in order. */
final class RecordingSink implements EvidenceSink {

  final List<Evidence> spans = new ArrayList<>();
  final List<Measurement> measurements = new ArrayList<>();

  @Override
  public void span(Evidence evidence) {
    spans.add(evidence);
  }

  @Override
  public void measure(Measurement measurement) {
    measurements.add(measurement);
  }

  List<Evidence> spansOf(Class<? extends Evidence.Facts> kind) {
    return spans.stream().filter(span -> kind.isInstance(span.facts())).toList();
  }

  Evidence lastSpan(Class<? extends Evidence.Facts> kind) {
    List<Evidence> all = spansOf(kind);
    return all.get(all.size() - 1);
  }

  <T extends Evidence.Facts> List<T> facts(Class<T> kind) {
    return spans.stream().map(Evidence::facts).filter(kind::isInstance).map(kind::cast).toList();
  }

  <T extends Measurement> List<T> measured(Class<T> kind) {
    return measurements.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  <T extends Evidence.Facts> T lastFacts(Class<T> kind) {
    List<T> all = facts(kind);
    return all.get(all.size() - 1);
  }

  void clear() {
    spans.clear();
    measurements.clear();
  }
}
