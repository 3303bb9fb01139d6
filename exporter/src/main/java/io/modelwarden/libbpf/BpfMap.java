// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A map of a loaded object. Keys and values are little-endian bytes. */
public final class BpfMap {

  private static final int FIRST_BATCH = 256;
  private static final long ONLY_EXISTING = 2; // BPF_EXIST

  private final Native functions;
  private final Pointer map;
  private final String name;
  private final int keyBytes;
  private final int valueBytes;
  private int maxEntries;
  private int descriptor = -1;
  private int batchEntries = FIRST_BATCH;
  private volatile @Nullable Batch idle;
  private @Nullable SharedArray shared;

  BpfMap(Native functions, Pointer map, String name) {
    this.functions = functions;
    this.map = map;
    this.name = name;
    // Asked once, and not through JNA with each poll.
    this.keyBytes = functions.bpf_map__key_size(map);
    this.valueBytes = functions.bpf_map__value_size(map);
    this.maxEntries = functions.bpf_map__max_entries(map);
  }

  /** Takes an entry of a batch; the buffers hold many, the positions say which. */
  @FunctionalInterface
  public interface EntryConsumer {
    void accept(ByteBuffer keys, int keyOffset, ByteBuffer values, int valueOffset);
  }

  public String name() {
    return name;
  }

  public int maxEntries() {
    return maxEntries;
  }

  /** Before load. */
  public void setMaxEntries(int entries) {
    check("set the size of map " + name, functions.bpf_map__set_max_entries(map, entries));
    maxEntries = entries;
  }

  public int keyBytes() {
    return keyBytes;
  }

  public int valueBytes() {
    return valueBytes;
  }

  /** Room of the next batch; it grows by itself where a bucket needs more. */
  void startWithBatchOf(int entries) {
    batchEntries = entries;
  }

  public Optional<byte[]> lookup(byte[] key) {
    return lookup(key, valueBytes());
  }

  /** Values of a per-CPU map's entry, one of 8 bytes for each possible CPU. */
  public long[] lookupPerCpu(int index) {
    int cpus = functions.libbpf_num_possible_cpus();
    byte[] key = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(index).array();
    byte[] values = lookup(key, cpus * 8).orElse(new byte[cpus * 8]);
    long[] result = new long[cpus];
    ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(result);
    return result;
  }

  private Optional<byte[]> lookup(byte[] key, int valueBytes) {
    try (Memory keyMemory = copy(key);
        Memory value = new Memory(valueBytes)) {
      int result = functions.bpf_map_lookup_elem(descriptor(), keyMemory, value);
      if (result == -Errno.ENOENT) {
        return Optional.empty();
      }
      check("look up in map " + name, result);
      return Optional.of(value.getByteArray(0, valueBytes));
    }
  }

  public void update(byte[] key, byte[] value) {
    try (Memory keyMemory = copy(key);
        Memory valueMemory = copy(value)) {
      check(
          "update map " + name,
          functions.bpf_map_update_elem(descriptor(), keyMemory, valueMemory, 0));
    }
  }

  /** Whether there was such an entry; else there is none now. */
  public boolean updateExisting(byte[] key, byte[] value) {
    try (Memory keyMemory = copy(key);
        Memory valueMemory = copy(value)) {
      int result =
          functions.bpf_map_update_elem(descriptor(), keyMemory, valueMemory, ONLY_EXISTING);
      if (result == -Errno.ENOENT) {
        return false;
      }
      check("update map " + name, result);
      return true;
    }
  }

  /** Whether there was such an entry. */
  public boolean delete(byte[] key) {
    try (Memory keyMemory = copy(key)) {
      int result = functions.bpf_map_delete_elem(descriptor(), keyMemory);
      if (result == -Errno.ENOENT) {
        return false;
      }
      check("delete from map " + name, result);
      return true;
    }
  }

  /**
   * Hands every entry to {@code consumer} and returns their number. A bucket that does not fit into
   * a batch is asked for again from the same cursor with twice the room; the call that reports the
   * end still brings entries.
   */
  public int forEach(EntryConsumer consumer) {
    Batch batch = takeBatch();
    boolean started = false;
    boolean more = true;
    int total = 0;
    while (more) {
      batch.count.setInt(0, batch.entries);
      int result =
          BatchCall.bpf_map_lookup_batch(
              descriptor(),
              started ? batch.cursor : null,
              batch.cursor,
              batch.keys,
              batch.values,
              batch.count,
              null);
      if (result == -Errno.ENOSPC) {
        batch = batch.larger(keyBytes, valueBytes);
        continue;
      }
      if (result != -Errno.ENOENT) {
        check("read map " + name, result);
      }
      more = result == 0;
      started = true;
      int count = batch.count.getInt(0);
      total += count;
      for (int i = 0; i < count; i++) {
        consumer.accept(batch.keyBuffer, i * keyBytes, batch.valueBuffer, i * valueBytes);
      }
    }
    idle = batch;
    return total;
  }

  /** Who reads while another reads, or a consumer that reads again, has one of its own. */
  private synchronized Batch takeBatch() {
    Batch free = idle;
    idle = null;
    return free == null ? new Batch(batchEntries, keyBytes, valueBytes) : free;
  }

  /** Puts a value on a stack. */
  public void push(byte[] value) {
    try (Memory valueMemory = copy(value)) {
      check(
          "push to map " + name, functions.bpf_map_update_elem(descriptor(), null, valueMemory, 0));
    }
  }

  /** The values of an array that the kernel shares. After load; the same each time. */
  public SharedArray sharedArray() {
    if (shared == null) {
      shared = new SharedArray(this);
    }
    return shared;
  }

  /** Nobody reads what is shared any more. */
  void close() {
    if (shared != null) {
      shared.close();
    }
  }

  /** Before load: what a map of global variables will begin with. */
  ByteBuffer initialGlobals() {
    LongByReference size = new LongByReference();
    Pointer memory = functions.bpf_map__initial_value(map, size);
    if (memory == null) {
      throw new BpfException("map " + name + " holds no global variables");
    }
    return memory.getByteBuffer(0, size.getValue()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * After load: the variables themselves. libbpf leaves its copy of the initial values where it was
   * unless a skeleton loads, so the kernel's own memory has to be mapped.
   */
  SharedMemory sharedGlobals() {
    return name.startsWith(".rodata")
        ? SharedMemory.readOnly(this, 0, valueBytes())
        : SharedMemory.writable(this, 0, valueBytes());
  }

  /** After load. */
  int descriptor() {
    if (descriptor < 0) {
      descriptor = functions.bpf_map__fd(map);
    }
    return descriptor;
  }

  private static Memory copy(byte[] bytes) {
    Memory memory = new Memory(bytes.length);
    memory.write(0, bytes, 0, bytes.length);
    return memory;
  }

  private static void check(String action, int result) {
    if (result < 0) {
      throw BpfException.of(action, result);
    }
  }
}
