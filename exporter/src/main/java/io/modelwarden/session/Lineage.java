// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.ProcessKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A process tree and what it has taken together. */
final class Lineage {

  static final int LINKS = 8;

  final ProcessKey key;
  private final Map<String, ModelUse> uses = new HashMap<>(1);
  private final Set<Integer> files = new HashSet<>(1);

  /** Tracked processes of it; processes of it that map a model now. */
  int processes;

  int mapping;
  long lastReadEpochNanos;
  long lastReadNanos;
  @Nullable Session session;

  /** Root of the session that was cut off, until the next one begins. */
  @Nullable SpanIdentity continued;

  Lineage(ProcessKey key) {
    this.key = key;
  }

  /** Beyond the limit the model of which least is held is forgotten. */
  ModelUse use(String model, SessionSettings settings, SessionLosses losses) {
    ModelUse use = uses.get(model);
    if (use == null) {
      if (uses.size() >= settings.limits().modelsPerLineage()) {
        uses.remove(least());
        losses.count(SessionLoss.MODEL_EVICTED);
      }
      use = new ModelUse(model, settings);
      uses.put(model, use);
    }
    return use;
  }

  @Nullable ModelUse use(String model) {
    return uses.get(model);
  }

  void addFile(int fileId, int limit, SessionLosses losses) {
    if (files.size() < limit) {
      files.add(fileId);
    } else if (!files.contains(fileId)) {
      losses.count(SessionLoss.LINEAGE_FILES_FULL);
    }
  }

  /** The one of these models of which most is held; by name where that says nothing. */
  String largest(Collection<String> models) {
    String largest = "";
    long most = -1;
    for (String model : models) {
      ModelUse use = uses.get(model);
      long bytes = use == null ? 0 : use.heldBytes();
      if (bytes > most || (bytes == most && model.compareTo(largest) < 0)) {
        largest = model;
        most = bytes;
      }
    }
    return largest;
  }

  Holding holding(Via via, long atEpochNanos) {
    long bytes = uses.values().stream().mapToLong(ModelUse::heldBytes).sum();
    double age = mapping > 0 ? 0 : Math.max(0, atEpochNanos - lastReadEpochNanos) / 1e9;
    return new Holding(bytes, lastReadEpochNanos == 0 ? 0 : age, files.size(), via);
  }

  List<ModelUse> uses() {
    return List.copyOf(uses.values());
  }

  /** Where a span of another trace finds how the data came to be held. */
  List<SpanIdentity> readSpansOutside(String traceId, String model) {
    Set<SpanIdentity> spans = new LinkedHashSet<>();
    ModelUse main = uses.get(model);
    if (main != null && main.lastReadSpan != null) {
      spans.add(main.lastReadSpan);
    }
    for (ModelUse use : uses()) {
      if (use.lastReadSpan != null) {
        spans.add(use.lastReadSpan);
      }
    }
    List<SpanIdentity> links = new ArrayList<>(spans);
    links.removeIf(span -> span.traceId().equals(traceId));
    return links.subList(0, Math.min(LINKS, links.size()));
  }

  private String least() {
    return Collections.min(uses.values(), Comparator.comparingLong(ModelUse::heldBytes)).model;
  }
}
