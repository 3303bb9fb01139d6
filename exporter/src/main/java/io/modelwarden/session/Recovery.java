// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Increment;
import io.modelwarden.event.KernelEvent.FileFound;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.workload.CgroupPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who held a model before the agent was there to see: what has a model's file open, what an earlier
 * agent knew, and what shares a container with either, because nobody saw how far the data went.
 */
final class Recovery {

  private static final int CONTAINERS = 1_024;

  private final Context context;
  private final Holdings holdings;
  private final Map<ProcessKey, List<HeldModel>> remembered = new HashMap<>();
  private final Map<String, Set<String>> modelsByContainer = new HashMap<>();
  private final Set<String> toBeLookedAt = new LinkedHashSet<>();
  private boolean changed;

  Recovery(Context context, Holdings holdings) {
    this.context = context;
    this.holdings = holdings;
  }

  /** What an earlier agent knew; it is held again when the process is seen. */
  void remember(HeldModel held) {
    remembered.computeIfAbsent(held.process(), any -> new ArrayList<>(1)).add(held);
  }

  void begin(TrackedProcess process) {
    List<HeldModel> known = remembered.remove(process.key());
    if (known != null) {
      known.forEach(held -> holdAgain(process, held));
    }
    join(process);
  }

  /** The file is a model: what was taken of it is not known, so it may be all. */
  void found(TrackedProcess process, CatalogFile file, FileFound found) {
    String model = context.catalog().name(file, found.path(), process.workload.name());
    long since = process.facts.startEpochNanos();
    context.use(process.lineage, model).holdsAtLeast(file.facts.sizeBytes());
    context.took(process.lineage, model, new Increment(0, 0, since, found.epochNanos()));
    process.lineage.addFile(
        file.facts.id(),
        found.path(),
        context.settings().limits().filesPerLineage(),
        context.losses());
    holdings.hold(process, model, Via.RECOVERED, since);
  }

  /** Told of each model that a process holds since before the agent. */
  void recovered(TrackedProcess process, String model) {
    String container = container(process);
    if (container.isEmpty()
        || (modelsByContainer.size() >= CONTAINERS && !modelsByContainer.containsKey(container))) {
      return;
    }
    Set<String> models = modelsByContainer.computeIfAbsent(container, any -> new HashSet<>(1));
    if (models.size() < context.settings().limits().modelsPerLineage() && models.add(model)) {
      toBeLookedAt.add(container);
      changed = true;
    }
  }

  /** Those that are tracked already join here, the others when they are seen. */
  void tick(Processes processes) {
    if (changed) {
      changed = false;
      processes.all().forEach(this::join);
    }
  }

  /** Ids of containers whose processes are to be marked, each told once. */
  Set<String> takeContainers() {
    Set<String> taken = Set.copyOf(toBeLookedAt);
    toBeLookedAt.clear();
    return taken;
  }

  private void holdAgain(TrackedProcess process, HeldModel held) {
    context.catalog().claim(held.model(), held.modelBytes());
    ModelUse use = context.use(process.lineage, held.model());
    use.holdsAtLeast(held.heldBytes());
    use.heldSince(held.sinceEpochNanos());
    process.lineage.lastReadEpochNanos =
        Math.max(process.lineage.lastReadEpochNanos, held.lastReadEpochNanos());
    if (held.endsEpochNanos() != 0) {
      process.markEndsAt(
          context.time().nanos() + held.endsEpochNanos() - context.time().epochNanos());
    }
    holdings.hold(process, held.model(), Via.RECOVERED, held.sinceEpochNanos());
  }

  private void join(TrackedProcess process) {
    if (!modelsByContainer.isEmpty() && holdings.isOlderThanAgent(process)) {
      Set<String> models = modelsByContainer.getOrDefault(container(process), Set.of());
      for (String model : Set.copyOf(models)) {
        if (!process.holdings().containsKey(model)) {
          holdings.hold(process, model, Via.RECOVERED, process.facts.startEpochNanos());
        }
      }
    }
  }

  private static String container(TrackedProcess process) {
    return CgroupPath.parse(process.facts.cgroupPath()).containerId();
  }
}
