// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.FileFacts;
import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.KernelEvent.FileSeen;
import io.modelwarden.libbpf.BpfMap;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Files that the kernel side knows, by id. */
final class FileTable {

  // A process that has just opened a file has not yet read it.
  private static final long YOUNG_NANOS = 60_000_000_000L;

  /** A file with what the kernel needs to be told about it again. */
  record Known(byte[] key, FileFacts facts, long changeTimeNanos, long firstSeenNanos) {}

  private final BpfMap map;
  private final Layouts layouts;
  private final Map<Integer, Known> byId = new HashMap<>();
  private final Set<Integer> present = new HashSet<>();
  private final Map<Integer, String> formats = new HashMap<>();
  private final Map<Integer, String> modelNames = new HashMap<>();

  FileTable(BpfMap map, Layouts layouts) {
    this.map = map;
    this.layouts = layouts;
  }

  /**
   * @param formatOfName asked once for each file that is a model by its name
   */
  void poll(IntFunction<String> formatOfName, Consumer<FileSeen> changed) {
    present.clear();
    map.forEach(
        (keys, keyOffset, values, valueOffset) -> {
          Known now = decode(keys, keyOffset, values, valueOffset);
          if (now.facts().verdict() == Verdict.MODEL && !formats.containsKey(now.facts().id())) {
            formats.put(now.facts().id(), formatOfName.apply(now.facts().id()));
            now = decode(keys, keyOffset, values, valueOffset);
          }
          present.add(now.facts().id());
          Known before = byId.put(now.facts().id(), now);
          if (before == null || !before.facts().equals(now.facts())) {
            changed.accept(new FileSeen(now.facts()));
          }
        });
  }

  /** Whether a sweep would do good: the map is filling, or much is remembered that left it. */
  boolean isCrowded() {
    return byId.size() > map.maxEntries() / 4 * 3;
  }

  /** Drops what the kernel side no longer has, after a poll, and returns it. */
  Set<Integer> dropAbsent(Set<Integer> used) {
    Set<Integer> gone = new HashSet<>(byId.keySet());
    gone.removeAll(present);
    gone.removeAll(used);
    byId.keySet().removeAll(gone);
    formats.keySet().removeAll(gone);
    modelNames.keySet().removeAll(gone);
    return gone;
  }

  /**
   * Makes room while the map is more than three quarters full: files that nobody has in use leave,
   * the ordinary ones and the oldest first, until half of it is free. Whoever opens one again is
   * seen as before; only its id is another.
   */
  void makeRoom(Set<Integer> used, long nowNanos) {
    if (!isCrowded()) {
      return;
    }
    int capacity = map.maxEntries();
    byId.values().stream()
        .filter(file -> !used.contains(file.facts().id()))
        .filter(file -> nowNanos - file.firstSeenNanos() > YOUNG_NANOS)
        .sorted(
            Comparator.comparing((Known file) -> file.facts().verdict() != Verdict.ORDINARY)
                .thenComparing(Known::firstSeenNanos))
        .limit(byId.size() - capacity / 2)
        .forEach(file -> map.delete(file.key()));
  }

  @Nullable Known find(int id) {
    return byId.get(id);
  }

  Iterable<Known> all() {
    return byId.values();
  }

  /** What has been found out; reported with the next poll. */
  void setFound(int id, FileLook.Found found) {
    formats.put(id, found.format());
    if (!found.modelName().isEmpty()) {
      modelNames.put(id, found.modelName());
    }
  }

  int size() {
    return byId.size();
  }

  private Known decode(ByteBuffer keys, int keyAt, ByteBuffer values, int at) {
    byte[] key = new byte[layouts.fileKey.sizeBytes()];
    keys.get(keyAt, key);
    int id = layouts.fileFacts.integer("id", 4).getInt(values, at);
    FileFacts facts =
        new FileFacts(
            id,
            layouts.fileKey.integer("device", 4).get(keys, keyAt),
            layouts.fileKey.integer("inode", 8).get(keys, keyAt),
            layouts.fileFacts.integer("size_bytes", 8).get(values, at),
            verdict(layouts.fileFacts.integer("verdict", 2).getInt(values, at)),
            formats.getOrDefault(id, "unknown"),
            modelNames.getOrDefault(id, ""));
    return new Known(
        key,
        facts,
        layouts.fileFacts.integer("change_time_ns", 8).get(values, at),
        layouts.fileFacts.integer("first_seen_ns", 8).get(values, at));
  }

  private Verdict verdict(int value) {
    if (value == layouts.constant("FILE_MODEL")) {
      return Verdict.MODEL;
    }
    return value == layouts.constant("FILE_ORDINARY") ? Verdict.ORDINARY : Verdict.UNDECIDED;
  }
}
