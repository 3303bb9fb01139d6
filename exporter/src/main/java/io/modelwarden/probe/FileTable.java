// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.Field;
import io.modelwarden.event.DisplayText;
import io.modelwarden.event.FileFacts;
import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.KernelEvent.FileSeen;
import io.modelwarden.libbpf.BpfMap;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Files that the kernel side knows, by id. */
final class FileTable {

  // A process that has just opened a file has not yet read it.
  private static final long YOUNG_NANOS = 60_000_000_000L;
  // A file that is changed all the time is read now and then.
  private static final long FINGERPRINT_NANOS = 1_000_000_000L;
  private static final String UNKNOWN = "unknown";

  /** A file with what the kernel needs to be told about it again. */
  record Known(
      byte[] key, FileFacts facts, long changeTimeNanos, long firstSeenNanos, FileHolder holder) {}

  /** What a version of a file has in common with its copies. */
  private record Fingerprinted(String fingerprint, long changeTimeNanos, long takenNanos) {}

  private final BpfMap map;
  private final int keyBytes;
  private final Field device;
  private final Field inode;
  private final Field generation;
  private final Field id;
  private final Field size;
  private final Field verdict;
  private final Field holder;
  private final Field changeTime;
  private final Field firstSeen;
  private final int model;
  private final int ordinary;
  private final int heldBySelected;
  private final int heldByUndecided;
  private final Map<Integer, Known> byId = new HashMap<>();
  private final Map<Integer, String> formats = new HashMap<>();
  private final Map<Integer, String> modelNames = new HashMap<>();
  private final Map<Integer, Fingerprinted> fingerprints = new HashMap<>();

  FileTable(BpfMap map, Layouts layouts) {
    this.map = map;
    this.keyBytes = layouts.fileKey.sizeBytes();
    this.device = layouts.fileKey.integer("device", 4);
    this.inode = layouts.fileKey.integer("inode", 8);
    this.generation = layouts.fileKey.integer("generation", 4);
    this.id = layouts.fileFacts.integer("id", 4);
    this.size = layouts.fileFacts.integer("size_bytes", 8);
    this.verdict = layouts.fileFacts.integer("verdict", 2);
    this.holder = layouts.fileFacts.integer("holder", 4);
    this.changeTime = layouts.fileFacts.integer("change_time_ns", 8);
    this.firstSeen = layouts.fileFacts.integer("first_seen_ns", 8);
    this.model = layouts.constant("FILE_MODEL");
    this.ordinary = layouts.constant("FILE_ORDINARY");
    this.heldBySelected = layouts.constant("HOLDER_SELECTED");
    this.heldByUndecided = layouts.constant("HOLDER_UNDECIDED");
  }

  /**
   * In the order in which the files were met: of several with the same content the first one names
   * it.
   *
   * @param formatOfName asked for each file that is a model by its name, until it answers: a file
   *     is in the kernel's map before its path is
   */
  void poll(IntFunction<Optional<String>> formatOfName, Consumer<FileSeen> changed) {
    List<FileFacts> seen = new ArrayList<>();
    map.forEach(
        (keys, keyAt, values, at) -> {
          int fileId = id.getInt(values, at);
          Known before = byId.get(fileId);
          if (verdict(values, at) == Verdict.MODEL && !formats.containsKey(fileId)) {
            formatOfName.apply(fileId).ifPresent(format -> formats.put(fileId, format));
          }
          if (before != null && isStill(before, values, at)) {
            return;
          }
          Known now = decode(keys, keyAt, values, at);
          byId.put(fileId, now);
          if (before == null || !before.facts().equals(now.facts())) {
            seen.add(now.facts());
          }
        });
    seen.sort(Comparator.comparingInt(FileFacts::id));
    seen.forEach(facts -> changed.accept(new FileSeen(facts)));
  }

  private boolean isStill(Known known, ByteBuffer values, int at) {
    FileFacts facts = known.facts();
    return known.changeTimeNanos() == changeTime.get(values, at)
        && facts.sizeBytes() == size.get(values, at)
        && facts.verdict() == verdict(values, at)
        && known.holder() == holder(values, at)
        && facts.format().equals(formats.getOrDefault(facts.id(), UNKNOWN))
        && facts.fingerprint().equals(fingerprint(facts.id()));
  }

  /** The last that could be taken: a file that is renamed keeps it meanwhile. */
  private String fingerprint(int id) {
    Fingerprinted known = fingerprints.get(id);
    return known == null ? "" : known.fingerprint();
  }

  /** Models of whose present version no fingerprint has been taken, the first one met first. */
  List<Known> lackingFingerprint(long nowNanos) {
    return byId.values().stream()
        .filter(file -> lacksFingerprint(file, nowNanos))
        .sorted(Comparator.comparingInt(file -> file.facts().id()))
        .toList();
  }

  private boolean lacksFingerprint(Known file, long nowNanos) {
    Fingerprinted known = fingerprints.get(file.facts().id());
    return file.facts().verdict() == Verdict.MODEL
        && (known == null
            || known.changeTimeNanos() != file.changeTimeNanos()
                && nowNanos - known.takenNanos() > FINGERPRINT_NANOS);
  }

  /** Reported with the next poll. */
  void setFingerprint(Known file, String fingerprint, long nowNanos) {
    fingerprints.put(
        file.facts().id(), new Fingerprinted(fingerprint, file.changeTimeNanos(), nowNanos));
  }

  /** Whether a sweep would do good: the map is filling, or much is remembered that left it. */
  boolean isCrowded() {
    return byId.size() > map.maxEntries() / 4 * 3;
  }

  /** Drops what the kernel side no longer has and nobody has in use, and returns it. */
  Set<Integer> dropAbsent(Set<Integer> used) {
    Set<Integer> gone = new HashSet<>(byId.keySet());
    map.forEach((keys, keyAt, values, at) -> gone.remove(id.getInt(values, at)));
    gone.removeAll(used);
    byId.keySet().removeAll(gone);
    formats.keySet().removeAll(gone);
    modelNames.keySet().removeAll(gone);
    fingerprints.keySet().removeAll(gone);
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
                .thenComparing(file -> file.holder() == FileHolder.SELECTED)
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
      modelNames.put(id, DisplayText.escape(found.modelName()));
    }
  }

  int size() {
    return byId.size();
  }

  private Known decode(ByteBuffer keys, int keyAt, ByteBuffer values, int at) {
    byte[] key = new byte[keyBytes];
    keys.get(keyAt, key);
    int fileId = id.getInt(values, at);
    FileFacts facts =
        new FileFacts(
            fileId,
            device.get(keys, keyAt),
            inode.get(keys, keyAt),
            channel(device.get(keys, keyAt), generation.get(keys, keyAt), inode.get(keys, keyAt)),
            size.get(values, at),
            verdict(values, at),
            formats.getOrDefault(fileId, UNKNOWN),
            modelNames.getOrDefault(fileId, ""),
            fingerprint(fileId));
    return new Known(
        key, facts, changeTime.get(values, at), firstSeen.get(values, at), holder(values, at));
  }

  /** As the kernel side counts, channel_of_file(). */
  private static long channel(long device, long generation, long inode) {
    return mix(mix(0, device << 32 | generation), inode) >>> 2;
  }

  private static long mix(long hash, long value) {
    long mixed = (hash ^ value) * 0x9e3779b97f4a7c15L;
    return mixed ^ mixed >>> 29;
  }

  private FileHolder holder(ByteBuffer values, int at) {
    int value = holder.getInt(values, at);
    if (value == heldBySelected) {
      return FileHolder.SELECTED;
    }
    return value == heldByUndecided ? FileHolder.UNDECIDED : FileHolder.NONE;
  }

  private Verdict verdict(ByteBuffer values, int at) {
    int value = verdict.getInt(values, at);
    if (value == model) {
      return Verdict.MODEL;
    }
    return value == ordinary ? Verdict.ORDINARY : Verdict.UNDECIDED;
  }
}
