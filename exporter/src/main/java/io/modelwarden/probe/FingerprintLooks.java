// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.probe.LookThread.Look;
import io.modelwarden.probe.Places.Place;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Has the fingerprints of models taken. One that is being written, or that no way leads to, is
 * tried again later and later, until it changes or somebody else has it: what nobody can reach
 * costs nothing in the long run.
 */
final class FingerprintLooks {

  private static final long AGAIN_NANOS = 1_000_000_000L;
  private static final int MOST_DOUBLINGS = 12; // more than an hour

  /** Looks at one version of a file that gave nothing, and whether its path was known. */
  private record Tries(long changeTimeNanos, long lastNanos, int count, boolean byPath) {

    /** Of a process that was met a moment ago no path is known yet: that was no try. */
    boolean isTooEarly(FileTable.Known file, String path, long nowNanos) {
      int doublings = isOf(file) ? Math.min(count - 1, MOST_DOUBLINGS) : 0;
      return nowNanos - lastNanos < AGAIN_NANOS << doublings && (byPath || path.isEmpty());
    }

    Tries next(FileTable.Known file, String path, long nowNanos) {
      int tried = isOf(file) ? count + 1 : 1;
      return new Tries(file.changeTimeNanos(), nowNanos, tried, !path.isEmpty());
    }

    private boolean isOf(FileTable.Known file) {
      return changeTimeNanos == file.changeTimeNanos();
    }
  }

  private final FileLook look;
  private final LookThread thread;
  private final Places places;
  private final Map<Integer, Look<@Nullable String>> pending = new HashMap<>();
  private final Map<Integer, Tries> tries = new HashMap<>();

  FingerprintLooks(FileLook look, LookThread thread, Places places) {
    this.look = look;
    this.thread = thread;
    this.places = places;
  }

  /** Another process has the file: what was out of reach, or being written, may be no longer. */
  void hasAnotherWay(int fileId) {
    tries.remove(fileId);
  }

  /** These files are gone, or nobody has them in use. */
  void forget(Set<Integer> files) {
    pending.keySet().removeAll(files);
    tries.keySet().removeAll(files);
  }

  /** The fingerprint, or null while it is not known. */
  @Nullable String take(FileTable.Known file, String path, long nowNanos) {
    int id = file.facts().id();
    Look<@Nullable String> begun = pending.remove(id);
    if (begun == null) {
      begun = begin(file, path, nowNanos);
    }
    if (begun == null) {
      return null;
    }
    if (begun.isDone()) {
      String found = begun.result();
      if (found != null) {
        tries.remove(id);
      }
      return found;
    }
    if (begun.isStuck()) {
      thread.abandon();
    } else {
      pending.put(id, begun);
    }
    return null;
  }

  private @Nullable Look<@Nullable String> begin(FileTable.Known file, String path, long nowNanos) {
    int id = file.facts().id();
    Tries before = tries.get(id);
    if (thread.isExhausted() || before != null && before.isTooEarly(file, path, nowNanos)) {
      return null;
    }
    Tries none = new Tries(file.changeTimeNanos(), nowNanos, 0, false);
    tries.put(id, (before == null ? none : before).next(file, path, nowNanos));
    List<Place> known = places.of(id);
    return thread.begin(() -> look.fingerprint(file, path, known));
  }
}
