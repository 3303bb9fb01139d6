// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.libbpf.BpfProgram;
import io.modelwarden.probe.FileLook.Found;
import io.modelwarden.probe.LookThread.Look;
import io.modelwarden.probe.Places.Place;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Has undecided files looked at, and tells the kernel what they are. What is done to a file counts
 * once there is a verdict: so there is one after some looks, whatever a thief does to have none.
 */
final class FileInspector implements AutoCloseable {

  private static final Found UNREACHED = new Found(Verdict.MODEL, "unknown", "");
  private static final long LOOK_AGAIN_NANOS = 10_000_000_000L;
  private static final long LOOK_AT_CHANGED_NANOS = 1_000_000_000L;
  private static final int MOST_LOOKS = 3;

  /** When a file was looked at last, and how often. */
  private record Looks(long lastNanos, int count) {

    Looks nextOneSooner() {
      return new Looks(lastNanos - LOOK_AGAIN_NANOS + LOOK_AT_CHANGED_NANOS, count);
    }
  }

  private final Layouts layouts;
  private final BpfProgram decide;
  private final FileLook look;
  private final LookThread thread = new LookThread();
  private final Map<Integer, Look<@Nullable Found>> pending = new HashMap<>();
  private final Places places = new Places();
  private final Map<Integer, Looks> looks = new HashMap<>();

  /** Seen by their last look: if they are undecided again, it is because somebody has written. */
  private final Set<Integer> seen = new HashSet<>();

  private final FingerprintLooks fingerprints;
  private long failures;

  FileInspector(KernelSide kernel, FileJudge judge) {
    this.layouts = kernel.layouts();
    this.decide = kernel.program("decide");
    this.look = new FileLook(kernel, judge);
    this.fingerprints = new FingerprintLooks(look, thread, places);
  }

  void remember(int fileId, Place place) {
    places.add(fileId, place);
    if (seen.remove(fileId)) {
      looks.computeIfPresent(fileId, (id, before) -> before.nextOneSooner());
    }
    fingerprints.hasAnotherWay(fileId);
  }

  /** These files are gone, or nobody has them in use. */
  void forget(Set<Integer> files) {
    places.forget(files);
    looks.keySet().removeAll(files);
    seen.removeAll(files);
    pending.keySet().removeAll(files);
    fingerprints.forget(files);
  }

  /** Files that no way led to, and that were counted as models of unknown format. */
  long failures() {
    return failures;
  }

  /** Decides a file if it can be reached; null while nothing is decided. */
  @Nullable Found inspect(FileTable.Known file, String path, long nowNanos) {
    int id = file.facts().id();
    Look<@Nullable Found> begun = pending.remove(id);
    if (begun == null) {
      Looks before = looks.getOrDefault(id, new Looks(0, 0));
      if (before.count() > 0 && nowNanos - before.lastNanos() < LOOK_AGAIN_NANOS) {
        return null;
      }
      looks.put(id, new Looks(nowNanos, before.count() + 1));
      if (thread.isExhausted()) {
        return giveUp(file);
      }
      List<Place> known = places.of(id);
      begun = thread.begin(() -> look.look(file, path, known));
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

  /** What a model has in common with its copies; null while that is not known. */
  @Nullable String fingerprint(FileTable.Known file, String path, long nowNanos) {
    return fingerprints.take(file, path, nowNanos);
  }

  private @Nullable Found take(FileTable.Known file, Look<@Nullable Found> done) {
    Found found = done.result();
    if (found != null) {
      seen.add(file.facts().id());
      return tell(file, found.verdict()) ? found : null;
    }
    return isLastLook(file) || !places.anyLives(file.facts().id()) ? giveUp(file) : null;
  }

  private boolean isLastLook(FileTable.Known file) {
    return looks.get(file.facts().id()).count() >= MOST_LOOKS;
  }

  /** What cannot be looked at counts as a model. */
  private @Nullable Found giveUp(FileTable.Known file) {
    failures++;
    return tell(file, Verdict.MODEL) ? UNREACHED : null;
  }

  /** False if the file has changed since, unless that was so each time: it is looked at again. */
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
    layouts.decideRequest.integer("any_version", 4).put(view, 0, isLastLook(file) ? 1 : 0);
    layouts.decideRequest.integer("reason", 2).put(view, 0, layouts.constant("REASON_CONTENT"));
    decide.run(request);
    return layouts.decideRequest.integer("accepted", 4).get(view, 0) == 1;
  }

  @Override
  public void close() {
    thread.close();
  }
}
