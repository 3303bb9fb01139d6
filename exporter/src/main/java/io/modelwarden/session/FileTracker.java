// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Increment;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.session.Evidence.Action;
import io.modelwarden.session.Evidence.FileAccessFacts;
import io.modelwarden.workload.Workload;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Counts accesses to model files and makes their spans. */
final class FileTracker {

  private record TotalKey(Workload workload, String model, Phase phase, ProcessOrigin origin) {

    TotalKey of(Workload other) {
      ProcessOrigin now = origin.in(other);
      return new TotalKey(other, model, phase.after(origin, now), now);
    }
  }

  private record SliceKey(
      String executable, int fileId, Action action, Phase phase, ProcessOrigin origin) {}

  private record CoarserKey(String model, Action action, Phase phase, ProcessOrigin origin) {}

  private static final String NAMELESS = "";

  private final ModelCatalog catalog;
  private final Sessions sessions;
  private final Holdings holdings;
  private final SizeGauges sizes;
  private final RunningTotals<TotalKey> totals;
  private final Coverages<TotalKey> coverages;
  private final EvidenceSink sink;
  private final Context context;

  FileTracker(Context context, Sessions sessions, Holdings holdings, SizeGauges sizes) {
    this.context = context;
    this.catalog = context.catalog();
    this.sessions = sessions;
    this.holdings = holdings;
    this.sink = context.sink();
    this.sizes = sizes;
    this.totals = context.newTotals();
    this.coverages = new Coverages<>(context.settings().limits().totals(), context.losses());
  }

  /** The file is a model, or counts as one because no verdict will come. */
  void record(TrackedProcess process, CatalogFile file, Access access) {
    Workload workload = process.workload;
    long now = access.increment().lastEpochNanos();
    String model = catalog.name(file, access.path(), workload.name());
    if (access.isPartOfMapping()) {
      touched(process, model, access);
      return;
    }
    ModelSet set = catalog.set(model);
    if (context.settings().filePathsOnMetrics()) {
      sizes.file(workload, access.path(), model, file.facts.sizeBytes(), now);
    }
    sizes.model(workload, set, now);
    if (access.action() == Action.WRITE) {
      write(process, file, set, access);
    } else {
      take(process, file, set, access);
    }
  }

  /**
   * Bytes of a file that the kernel had no room to name. Who read them holds a model without a
   * name: filling the kernel's maps must not hide what is sent afterwards.
   */
  void uncounted(TrackedProcess process, Direction direction, Increment increment) {
    sink.measure(
        new Measurement.FileIo(
            process.workload,
            increment.firstEpochNanos(),
            "",
            NAMELESS,
            direction,
            process.executable(),
            process.origin,
            Phase.SERVING,
            direction == Direction.READ ? "read" : "write",
            increment.bytes(),
            increment.operations()));
    if (direction == Direction.READ && increment.bytes() > 0) {
      context.use(process.lineage, NAMELESS).add(increment.bytes(), context.time());
      context.took(process.lineage, NAMELESS, increment);
      context.live().took(process, Thing.uncounted(), increment);
      process.tookData = true;
      holdings.hold(process, NAMELESS, Via.SELF, increment.firstEpochNanos());
    }
  }

  void renamed(Workload before, Workload after) {
    UnaryOperator<TotalKey> rename = key -> key.workload().equals(before) ? key.of(after) : key;
    totals.rekey(rename);
    coverages.rekey(rename);
  }

  void ended(Workload workload) {
    totals.removeIf(key -> key.workload().equals(workload));
    coverages.removeIf(key -> key.workload().equals(workload));
  }

  /** A number beside the mapping's: totals, shares and evidence go by the mapped length. */
  private void touched(TrackedProcess process, String model, Access access) {
    sink.measure(
        new Measurement.FileTouched(
            process.workload,
            access.increment().firstEpochNanos(),
            context.metricPath(access.path()),
            model,
            process.executable(),
            process.origin,
            context.phase(process, model),
            access.increment().bytes()));
  }

  private void take(TrackedProcess process, CatalogFile file, ModelSet set, Access access) {
    Lineage lineage = process.lineage;
    ModelUse use = context.use(lineage, set.name());
    long bytes = access.increment().bytes();
    context.live().took(process, Thing.file(file, set.name(), access.path()), access.increment());
    if (bytes == 0) {
      measure(process, set, context.phase(process, set.name()), access);
      return;
    }
    long loading = context.loadingShare(process, set.name(), bytes);
    if (process.loading != null) {
      process.loading.took(set.name(), bytes, context.time().nanos());
    }
    use.add(bytes, context.time());
    if (loading > 0) {
      part(
          process,
          file,
          set,
          Phase.LOADING,
          access.with(Increments.part(access.increment(), loading, true)));
    }
    if (loading < bytes) {
      Increment rest = Increments.part(access.increment(), bytes - loading, loading == 0);
      part(process, file, set, Phase.SERVING, access.with(rest));
    }
    took(process, file, set, access, Via.SELF);
  }

  private void write(TrackedProcess process, CatalogFile file, ModelSet set, Access access) {
    ModelUse use = context.use(process.lineage, set.name());
    Phase phase = context.phase(process, set.name());
    measure(process, set, phase, access);
    if (access.increment().bytes() == 0) {
      return;
    }
    slice(process, file, set, phase, access);
    long written =
        process.addWritten(
            set.name(), access.increment().bytes(), context.settings().limits().modelsPerLineage());
    // What nobody could look at may be anything: who wrote it had that from elsewhere.
    if (file.isModel() && written > set.sizeBytes() / 10) {
      use.holdsAtLeast(written);
      took(process, file, set, access, Via.WRITE);
    }
  }

  private void took(
      TrackedProcess process, CatalogFile file, ModelSet set, Access access, Via via) {
    context.took(process.lineage, set.name(), access.increment());
    process.lineage.addFile(
        file.facts.id(),
        access.path(),
        context.settings().limits().filesPerLineage(),
        context.losses());
    process.tookData = true;
    holdings.hold(process, set.name(), via, access.increment().firstEpochNanos());
  }

  private void part(
      TrackedProcess process, CatalogFile file, ModelSet set, Phase phase, Access access) {
    measure(process, set, phase, access);
    TotalKey key = new TotalKey(process.workload, set.name(), phase, process.origin);
    totals.add(key, access.increment().bytes());
    coverages.add(key, file, access);
    sink.measure(
        new Measurement.ReadCoverage(
            process.workload,
            access.increment().lastEpochNanos(),
            set.name(),
            process.origin,
            phase,
            coverages.share(key, set)));
    Slice slice = slice(process, file, set, phase, access);
    context.use(process.lineage, set.name()).addReadSpan(slice.identity);
  }

  private Slice slice(
      TrackedProcess process, CatalogFile file, ModelSet set, Phase phase, Access access) {
    Action action = access.action();
    Slice slice =
        sessions.add(
            process,
            new SliceKey(process.executable(), file.facts.id(), action, phase, process.origin),
            new CoarserKey(set.name(), action, phase, process.origin),
            access.increment());
    // Made when it is asked for: names may come while the slice is open.
    Supplier<TotalKey> key =
        () -> new TotalKey(process.workload, set.name(), phase, process.origin);
    slice.describe(
        set.name(),
        phase,
        List.of(),
        slice.merged ? mergedFacts(set, action, key) : facts(file, set, access, key));
    return slice;
  }

  private LongFunction<Evidence.Facts> facts(
      CatalogFile file, ModelSet set, Access access, Supplier<TotalKey> key) {
    return bytes ->
        new FileAccessFacts(
            access.action(),
            access.path(),
            file.facts.inode(),
            file.facts.sizeBytes(),
            file.facts.format(),
            file.facts.fingerprint(),
            bytes,
            totals.get(key.get()),
            coverage(set, key));
  }

  /** Several files in one span: it has no path and no inode, and the size is that of the set. */
  private LongFunction<Evidence.Facts> mergedFacts(
      ModelSet set, Action action, Supplier<TotalKey> key) {
    return bytes ->
        new FileAccessFacts(
            action,
            "",
            0,
            set.sizeBytes(),
            set.format(),
            "",
            bytes,
            totals.get(key.get()),
            coverage(set, key));
  }

  /** More of the model's files may be known than when the slice began. */
  private double coverage(ModelSet set, Supplier<TotalKey> key) {
    return coverages.share(key.get(), catalog.set(set.name()));
  }

  private void measure(TrackedProcess process, ModelSet set, Phase phase, Access access) {
    Increment increment = access.increment();
    if (access.action() != Action.MMAP) {
      Direction direction = access.action() == Action.READ ? Direction.READ : Direction.WRITE;
      sink.measure(
          new Measurement.FileIo(
              process.workload,
              increment.firstEpochNanos(),
              context.metricPath(access.path()),
              set.name(),
              direction,
              process.executable(),
              process.origin,
              phase,
              access.method(),
              increment.bytes(),
              increment.operations()));
    } else if (increment.bytes() > 0) {
      sink.measure(
          new Measurement.FileMapped(
              process.workload,
              increment.firstEpochNanos(),
              context.metricPath(access.path()),
              set.name(),
              process.executable(),
              process.origin,
              phase,
              increment.bytes()));
    }
  }
}
