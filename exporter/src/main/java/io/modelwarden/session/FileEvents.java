// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.FileFacts;
import io.modelwarden.event.KernelEvent.FileFound;
import io.modelwarden.event.KernelEvent.MappingSampled;

/**
 * Counts what is done to models, and holds back what is done to files without a verdict. What was
 * read of one that turns out to be none may be a copy that another process staged.
 */
final class FileEvents {

  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private final Context context;
  private final Provisional provisional;
  private final FileTracker files;
  private final MappingTracker mappings;
  private final Recovery recovery;
  private final Trail trail;

  FileEvents(
      Context context,
      Provisional provisional,
      FileTracker files,
      MappingTracker mappings,
      Recovery recovery,
      Trail trail) {
    this.context = context;
    this.provisional = provisional;
    this.files = files;
    this.mappings = mappings;
    this.recovery = recovery;
    this.trail = trail;
  }

  void seen(FileFacts facts) {
    context.catalog().seen(facts);
    if (facts.verdict() == FileFacts.Verdict.UNDECIDED) {
      return;
    }
    CatalogFile file = context.catalog().file(facts.id());
    for (Provisional.Entry entry : provisional.take(facts.id())) {
      if (file.isModel()) {
        count(file, entry);
      } else if (entry.state() == null) {
        trail.tookOrdinary(entry.process(), file, entry.access());
      }
    }
  }

  void accessed(TrackedProcess process, Access access) {
    CatalogFile file = context.catalog().file(access.fileId());
    if (file.isModel()) {
      files.record(process, file, access);
    } else if (file.isOrdinary()) {
      trail.tookOrdinary(process, file, access);
    } else {
      provisional.add(process, access, context.time().nanos());
    }
  }

  void sampled(TrackedProcess process, MappingSampled sample) {
    CatalogFile file = context.catalog().file(sample.fileId());
    if (file.isModel()) {
      mappings.record(process, file, sample);
    } else if (!file.isOrdinary()) {
      provisional.add(process, sample, context.time().nanos());
    }
  }

  void found(TrackedProcess process, FileFound found) {
    CatalogFile file = context.catalog().file(found.fileId());
    if (file.isModel()) {
      recovery.found(process, file, found);
    } else if (!file.isOrdinary()) {
      provisional.add(process, found, context.time().nanos());
    }
  }

  /** The process is gone and nobody will look at what it read: it may have been models. */
  void countWithoutVerdict(TrackedProcess process) {
    provisional.take(process).stream()
        .filter(entry -> entry.state() == null)
        .forEach(this::countWithoutVerdict);
  }

  /** A file that is another one with each poll gets no verdict: what was read may be a model. */
  void tick() {
    provisional
        .takeOlderThan(context.time().nanos() - PATIENCE_NANOS)
        .forEach(this::countWithoutVerdict);
  }

  private void countWithoutVerdict(Provisional.Entry entry) {
    context.losses().count(SessionLoss.VERDICT_MISSING);
    count(context.catalog().file(entry.access().fileId()), entry);
  }

  private void count(CatalogFile file, Provisional.Entry entry) {
    if (entry.state() instanceof MappingSampled sample) {
      mappings.record(entry.process(), file, sample);
    } else if (entry.state() instanceof FileFound found) {
      recovery.found(entry.process(), file, found);
    } else {
      files.record(entry.process(), file, entry.access());
    }
  }
}
