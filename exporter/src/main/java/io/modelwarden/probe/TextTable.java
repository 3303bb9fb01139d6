// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.ProcessKey;
import io.modelwarden.libbpf.BpfMap;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.LongPredicate;
import java.util.function.Predicate;

/** Paths and names that the kernel side has written down once. */
final class TextTable {

  private static final int TEXT_END = 1024; // TEXT_BYTES of event.h: texts are aligned to end there
  private static final String CUT = "…";

  private final BpfMap map;
  private final Layouts layouts;
  private Set<MapKey> suspects = new HashSet<>();

  TextTable(BpfMap map, Layouts layouts) {
    this.map = map;
    this.layouts = layouts;
  }

  Optional<String> filePath(int fileId, long mountNamespace) {
    return find(key("TEXT_FILE_PATH", null, fileId, mountNamespace));
  }

  Optional<String> executable(ProcessKey process) {
    return find(key("TEXT_EXECUTABLE", process, 0, 0));
  }

  Optional<String> cgroup(long cgroupId) {
    return find(key("TEXT_CGROUP", null, cgroupId, 0));
  }

  /**
   * Deletes what nobody will ask for any more: texts come with every file, process and cgroup. Only
   * what the sweep before found unused as well: the owner of a new text may not be known yet.
   */
  void sweep(IntPredicate file, Predicate<ProcessKey> process, LongPredicate cgroup) {
    Set<MapKey> unused = new HashSet<>();
    map.forEach(
        (keys, at, values, valueAt) -> {
          int kind = layouts.textKey.integer("kind", 4).getInt(keys, at);
          long id = layouts.textKey.integer("id", 8).get(keys, at);
          boolean used =
              kind == layouts.constant("TEXT_FILE_PATH")
                  ? file.test((int) id)
                  : kind == layouts.constant("TEXT_CGROUP")
                      ? cgroup.test(id)
                      : process.test(layouts.processKey.read(keys, at + processOffset()));
          if (!used) {
            unused.add(MapKey.copy(keys, at, layouts.textKey.sizeBytes()));
          }
        });
    suspects.retainAll(unused);
    suspects.forEach(key -> map.delete(key.bytes()));
    unused.removeAll(suspects);
    suspects = unused;
  }

  private int processOffset() {
    return layouts.textKey.field("process").offset();
  }

  void forgetExecutable(ProcessKey process) {
    map.delete(key("TEXT_EXECUTABLE", process, 0, 0));
  }

  private byte[] key(
      String kind, @org.jspecify.annotations.Nullable ProcessKey process, long id, long namespace) {
    byte[] key = layouts.bytes(layouts.textKey);
    ByteBuffer view = Layouts.view(key);
    if (process != null) {
      layouts.processKey.write(view, processOffset(), process);
    }
    layouts.textKey.integer("id", 8).put(view, 0, id);
    layouts.textKey.integer("kind", 4).put(view, 0, layouts.constant(kind));
    layouts.textKey.integer("mount_namespace", 4).put(view, 0, namespace);
    return key;
  }

  /** Bytes that are no UTF-8 become the replacement character; a name is no reason to fail. */
  private Optional<String> find(byte[] key) {
    return map.lookup(key)
        .map(Layouts::view)
        .map(
            value -> {
              int length = layouts.text.integer("length_bytes", 2).getInt(value, 0);
              int flags = layouts.text.integer("flags", 2).getInt(value, 0);
              byte[] bytes = new byte[length];
              value.get(layouts.text.bytes("bytes").offset() + TEXT_END - length, bytes);
              String text = new String(bytes, StandardCharsets.UTF_8);
              return (flags & layouts.constant("TEXT_TRUNCATED")) != 0 ? CUT + text : text;
            });
  }
}
