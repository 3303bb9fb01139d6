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

/**
 * Processes that share model data by descent, and what they have taken together. A process is one
 * of its own until it inherits what its parent holds: having a common ancestor joins nobody, or
 * everything that a container runtime ever started would be one tree.
 */
final class Lineage {

  static final int LINKS = 8;

  final ProcessKey key;
  private final Map<String, ModelUse> uses = new HashMap<>(1);
  private final Set<Integer> files = new HashSet<>(1);
  private final Set<TrackedProcess> processes = new HashSet<>(1);
  private String firstPath = "";
  private @Nullable Lineage successor;

  /** Processes of it that map a model now. */
  int mapping;

  long lastReadEpochNanos;
  long lastReadNanos;
  @Nullable Session session;

  /** Root of the session that was cut off, until the next one begins. */
  @Nullable SpanIdentity continued;

  Lineage(ProcessKey key) {
    this.key = key;
  }

  void add(TrackedProcess process) {
    processes.add(process);
  }

  void remove(TrackedProcess process) {
    processes.remove(process);
  }

  /** Itself, or the one of which it has become a part. */
  Lineage current() {
    return successor == null ? this : successor.current();
  }

  List<TrackedProcess> processes() {
    return List.copyOf(processes);
  }

  boolean isEmpty() {
    return processes.isEmpty();
  }

  /**
   * Takes over another one, whose first process is known now to have inherited from this. Usually
   * that has taken nothing yet.
   */
  void absorb(Lineage other, SessionSettings settings, SessionLosses losses) {
    other.uses.values().forEach(use -> use(use.model, settings, losses).absorb(use));
    int limit = settings.limits().filesPerLineage();
    addFilesOf(other, limit, losses);
    other.processes.forEach(process -> process.lineage = this);
    processes.addAll(other.processes);
    mapping += other.mapping;
    lastReadEpochNanos = Math.max(lastReadEpochNanos, other.lastReadEpochNanos);
    lastReadNanos = Math.max(lastReadNanos, other.lastReadNanos);
    // Where both have a session the other's ends by itself: it is quiet from here on.
    if (session == null && other.session != null) {
      session = other.session;
      session.lineage = this;
    }
    other.session = null;
    other.processes.clear();
    other.successor = this;
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

  void addFile(int fileId, String path, int limit, SessionLosses losses) {
    firstPath = files.isEmpty() ? path : firstPath;
    if (files.size() < limit) {
      files.add(fileId);
    } else if (!files.contains(fileId)) {
      losses.count(SessionLoss.LINEAGE_FILES_FULL);
    }
  }

  /** What came over from another tree is of that one's files. */
  void addFilesOf(Lineage other, int limit, SessionLosses losses) {
    other.files.forEach(file -> addFile(file, other.firstPath, limit, losses));
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

  /** Of the file of which it has data; empty if there are several. */
  String onlyPath() {
    return files.size() == 1 ? firstPath : "";
  }

  List<ModelUse> uses() {
    return List.copyOf(uses.values());
  }

  /** Where a span of another trace finds how the data came to be held. */
  List<SpanIdentity> readSpansOutside(SpanIdentity identity, String model) {
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
    links.removeIf(identity::isOfTrace);
    return List.copyOf(links.subList(0, Math.min(LINKS, links.size())));
  }

  private String least() {
    return Collections.min(uses.values(), Comparator.comparingLong(ModelUse::heldBytes)).model;
  }
}
