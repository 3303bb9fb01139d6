// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.libbpf.BpfProgram;
import io.modelwarden.probe.LookThread.Look;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Has undecided files looked at, and tells the kernel what they are. */
final class FileInspector implements AutoCloseable {

  /** Where a process had a file when it rang: descriptor -1 or address 0 if there was none. */
  record Place(ProcessKey process, int descriptor, long address) {}

  private static final long LOOK_AGAIN_NANOS = 10_000_000_000L;

  private final Layouts layouts;
  private final BpfProgram decide;
  private final FileLook look;
  private final LookThread thread = new LookThread();
  private final Map<Integer, Look<FileJudge.@Nullable Judgement>> pending = new HashMap<>();
  private final Map<Integer, Place> places = new HashMap<>();
  private final Map<Integer, Long> lookedAt = new HashMap<>();
  private long failures;

  FileInspector(KernelSide kernel, FileJudge judge) {
    this.layouts = kernel.layouts();
    this.decide = kernel.program("decide");
    this.look = new FileLook(kernel, judge);
  }

  void remember(int fileId, Place place) {
    places.put(fileId, place);
  }

  /** These files are gone, or nobody has them in use. */
  void forget(Set<Integer> files) {
    places.keySet().removeAll(files);
    lookedAt.keySet().removeAll(files);
    pending.keySet().removeAll(files);
  }

  /** Files that no way led to, and that were counted as models of unknown format. */
  long failures() {
    return failures;
  }

  /** Decides a file if it can be reached; returns the format, or null while nothing is decided. */
  @Nullable String inspect(FileTable.Known file, String path, long nowNanos) {
    int id = file.facts().id();
    Look<FileJudge.@Nullable Judgement> begun = pending.remove(id);
    if (begun == null) {
      Long before = lookedAt.get(id);
      if (before != null && nowNanos - before < LOOK_AGAIN_NANOS) {
        return null;
      }
      lookedAt.put(id, nowNanos);
      if (thread.isExhausted()) {
        return giveUp(file);
      }
      Place place = places.get(id);
      begun = thread.begin(() -> look.look(file, path, place));
    }
    if (begun.isDone()) {
      return take(file, begun);
    }
    if (begun.isStuck()) {
      thread.abandon();
      return giveUp(file);
    }
    pending.put(id, begun);
    return null;
  }

  private @Nullable String take(FileTable.Known file, Look<FileJudge.@Nullable Judgement> done) {
    FileJudge.Judgement judgement = resultOf(done);
    if (judgement != null) {
      return tell(file, judgement.verdict()) ? judgement.format() : null;
    }
    Place place = places.get(file.facts().id());
    return place != null && ProcFiles.isAlive(place.process()) ? null : giveUp(file);
  }

  private static FileJudge.@Nullable Judgement resultOf(Look<FileJudge.@Nullable Judgement> done) {
    try {
      return done.get();
    } catch (ExecutionException failure) {
      throw new IllegalStateException("a look at a file failed", failure.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /** What cannot be looked at counts as a model. */
  private @Nullable String giveUp(FileTable.Known file) {
    failures++;
    return tell(file, Verdict.MODEL) ? "unknown" : null;
  }

  /** False if the file has changed since: it will be looked at again. */
  private boolean tell(FileTable.Known file, Verdict verdict) {
    byte[] request = layouts.bytes(layouts.decideRequest);
    ByteBuffer view = Layouts.view(request);
    view.put(layouts.decideRequest.field("key").offset(), file.key());
    layouts.decideRequest.integer("size_bytes", 8).put(view, 0, file.facts().sizeBytes());
    layouts.decideRequest.integer("change_time_ns", 8).put(view, 0, file.changeTimeNanos());
    layouts.decideRequest.integer("id", 4).put(view, 0, file.facts().id());
    layouts
        .decideRequest
        .integer("verdict", 2)
        .put(view, 0, layouts.constant(verdict == Verdict.MODEL ? "FILE_MODEL" : "FILE_ORDINARY"));
    layouts.decideRequest.integer("reason", 2).put(view, 0, layouts.constant("REASON_CONTENT"));
    decide.run(request);
    return layouts.decideRequest.integer("accepted", 4).get(view, 0) == 1;
  }

  @Override
  public void close() {
    thread.close();
  }
}
