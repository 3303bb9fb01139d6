// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Increment;
import io.modelwarden.event.KernelEvent.MappingSampled;
import io.modelwarden.event.ProcessFacts.Origin;
import io.modelwarden.workload.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How much of each file, or of each model, is mapped now, summed over a workload's processes and,
 * where measurements do not tell them apart, over the model's files.
 */
final class MappingTracker {

  private record Stream(
      Workload workload,
      String path,
      String model,
      String executable,
      ProcessOrigin origin,
      Phase phase) {

    Stream of(Workload other) {
      ProcessOrigin now = origin.in(other);
      return new Stream(other, path, model, executable, now, phase.after(origin, now));
    }
  }

  private record Part(Stream stream, long bytes) {}

  private final Map<TrackedProcess, Map<Integer, Part>> parts = new HashMap<>();
  private final Map<Stream, Long> sums = new LinkedHashMap<>();
  private final Context context;
  private final Holdings holdings;

  MappingTracker(Context context, Holdings holdings) {
    this.context = context;
    this.holdings = holdings;
  }

  /** The file is a model. */
  void record(TrackedProcess process, CatalogFile file, MappingSampled sample) {
    String model = context.catalog().name(file, sample.path(), process.workload.name());
    process.setMapped(sample.fileId(), sample.liveBytes());
    if (sample.liveBytes() > 0) {
      hold(process, model, sample);
      Thing thing = Thing.file(file, model, sample.path());
      context.live().maps(process, thing, sample.liveBytes(), sample.epochNanos());
    }
    Phase phase = context.phase(process, model);
    Stream stream =
        new Stream(
            process.workload,
            context.metricPath(sample.path()),
            model,
            process.executable(),
            process.origin,
            phase);
    Map<Integer, Part> own = parts.computeIfAbsent(process, ignored -> new HashMap<>(2));
    Part before = own.put(sample.fileId(), new Part(stream, sample.liveBytes()));
    if (before != null && !before.stream().equals(stream)) {
      add(before.stream(), -before.bytes(), sample.epochNanos());
      before = null;
    }
    if (sample.liveBytes() == 0) {
      own.remove(sample.fileId());
    }
    long change = sample.liveBytes() - (before == null ? 0 : before.bytes());
    if (change != 0) {
      add(stream, change, sample.epochNanos());
    }
  }

  void processEnded(TrackedProcess process, long epochNanos) {
    Map<Integer, Part> own = parts.remove(process);
    if (own != null) {
      List<Part> gone = new ArrayList<>(own.values());
      gone.forEach(part -> add(part.stream(), -part.bytes(), epochNanos));
    }
  }

  void renamed(Workload before, Workload after, long epochNanos) {
    parts
        .values()
        .forEach(
            own ->
                own.replaceAll(
                    (file, part) ->
                        part.stream().workload().equals(before)
                            ? moved(part, after, epochNanos)
                            : part));
  }

  private Part moved(Part part, Workload after, long epochNanos) {
    Stream from = part.stream();
    Stream to = from.of(after);
    add(from, -part.bytes(), epochNanos);
    add(to, part.bytes(), epochNanos);
    return new Part(to, part.bytes());
  }

  private void hold(TrackedProcess process, String model, MappingSampled sample) {
    ModelUse use = context.use(process.lineage, model);
    use.holdsAtLeast(sample.liveBytes());
    boolean recovered = process.facts.origin() == Origin.RECOVERED;
    long since = recovered ? process.facts.startEpochNanos() : sample.epochNanos();
    context.took(process.lineage, model, new Increment(0, 0, since, sample.epochNanos()));
    process.lineage.addFile(
        sample.fileId(),
        sample.path(),
        context.settings().limits().filesPerLineage(),
        context.losses());
    if (!process.holdings().containsKey(model)) {
      holdings.hold(process, model, recovered ? Via.RECOVERED : Via.SELF, since);
    }
  }

  private void add(Stream stream, long change, long epochNanos) {
    long sum = sums.merge(stream, change, Long::sum);
    if (sum == 0) {
      sums.remove(stream);
    }
    context
        .sink()
        .measure(
            new Measurement.MappingSize(
                stream.workload(),
                epochNanos,
                stream.path(),
                stream.model(),
                stream.executable(),
                stream.origin(),
                stream.phase(),
                sum));
  }
}
