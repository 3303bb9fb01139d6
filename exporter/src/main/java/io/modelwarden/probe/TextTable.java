// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.Field;
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
import org.jspecify.annotations.Nullable;

/** Paths and names that the kernel side has written down once. */
final class TextTable {

  private static final int TEXT_END = 1024; // TEXT_BYTES of event.h: texts are aligned to end there
  private static final String CUT = "…";

  private final BpfMap map;
  private final Layouts.ProcessKeyLayout processKey;
  private final int keyBytes;
  private final int process;
  private final Field id;
  private final Field kind;
  private final Field mountNamespace;
  private final Field length;
  private final Field flags;
  private final int textStart;
  private final int filePath;
  private final int executable;
  private final int cgroup;
  private final int truncated;
  private final int fromFront;
  private Set<MapKey> suspects = new HashSet<>();

  TextTable(BpfMap map, Layouts layouts) {
    this.map = map;
    this.processKey = layouts.processKey;
    this.keyBytes = layouts.textKey.sizeBytes();
    this.process = layouts.textKey.field("process").offset();
    this.id = layouts.textKey.integer("id", 8);
    this.kind = layouts.textKey.integer("kind", 4);
    this.mountNamespace = layouts.textKey.integer("mount_namespace", 4);
    this.length = layouts.text.integer("length_bytes", 2);
    this.flags = layouts.text.integer("flags", 2);
    this.textStart = layouts.text.bytes("bytes").offset();
    this.filePath = layouts.constant("TEXT_FILE_PATH");
    this.executable = layouts.constant("TEXT_EXECUTABLE");
    this.cgroup = layouts.constant("TEXT_CGROUP");
    this.truncated = layouts.constant("TEXT_TRUNCATED");
    this.fromFront = layouts.constant("TEXT_FROM_FRONT");
  }

  Optional<String> filePath(int fileId, long namespace) {
    return find(key(filePath, null, fileId, namespace));
  }

  Optional<String> executable(ProcessKey owner) {
    return find(key(executable, owner, 0, 0));
  }

  /** Path of a cgroup in its hierarchy, empty at the root. */
  Optional<String> cgroup(long cgroupId) {
    return find(key(cgroup, null, cgroupId, 0));
  }

  /**
   * Deletes what nobody will ask for any more: texts come with every file, process and cgroup. Only
   * what the sweep before found unused as well: the owner of a new text may not be known yet.
   */
  void sweep(IntPredicate usedFile, Predicate<ProcessKey> usedProcess, LongPredicate usedCgroup) {
    Set<MapKey> unused = new HashSet<>();
    map.forEach(
        (keys, at, values, valueAt) -> {
          int owner = kind.getInt(keys, at);
          boolean used =
              owner == filePath
                  ? usedFile.test(id.getInt(keys, at))
                  : owner == cgroup
                      ? usedCgroup.test(id.get(keys, at))
                      : usedProcess.test(processKey.read(keys, at + process));
          if (!used) {
            unused.add(MapKey.copy(keys, at, keyBytes));
          }
        });
    suspects.retainAll(unused);
    suspects.forEach(key -> map.delete(key.bytes()));
    unused.removeAll(suspects);
    suspects = unused;
  }

  void forgetExecutable(ProcessKey owner) {
    map.delete(key(executable, owner, 0, 0));
  }

  private byte[] key(int textKind, @Nullable ProcessKey owner, long ownerId, long namespace) {
    byte[] key = new byte[keyBytes];
    ByteBuffer view = Layouts.view(key);
    if (owner != null) {
      processKey.write(view, process, owner);
    }
    id.put(view, 0, ownerId);
    kind.put(view, 0, textKind);
    mountNamespace.put(view, 0, namespace);
    return key;
  }

  /** Bytes that are no UTF-8 become the replacement character; a name is no reason to fail. */
  private Optional<String> find(byte[] key) {
    return map.lookup(key)
        .map(Layouts::view)
        .map(
            value -> {
              int how = flags.getInt(value, 0);
              boolean front = (how & fromFront) != 0;
              byte[] bytes = new byte[length.getInt(value, 0)];
              value.get(front ? textStart : textStart + TEXT_END - bytes.length, bytes);
              String text = new String(bytes, StandardCharsets.UTF_8);
              if ((how & truncated) == 0) {
                return text;
              }
              return front ? text + CUT : CUT + text;
            });
  }
}
