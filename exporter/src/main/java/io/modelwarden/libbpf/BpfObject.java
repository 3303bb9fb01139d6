// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An object file in the kernel's hands: open, set, load, then attach its programs. */
public final class BpfObject implements AutoCloseable {

  private final LibBpf library;
  private final Native functions;
  private final Memory file;
  private final Pointer object;
  private final Map<String, SharedMemory> globals = new HashMap<>();
  private boolean loaded;

  private BpfObject(LibBpf library, Memory file, Pointer object) {
    this.library = library;
    this.functions = library.functions();
    this.file = file;
    this.object = object;
  }

  /**
   * @param name under which the kernel lists maps of global variables
   */
  public static BpfObject open(LibBpf library, String name, byte[] bytes) {
    Memory file = new Memory(bytes.length);
    file.write(0, bytes, 0, bytes.length);
    try (Memory options = new Memory(16);
        Memory nameMemory = new Memory(name.length() + 1L)) {
      nameMemory.setString(0, name);
      options.setLong(0, 16);
      options.setPointer(8, nameMemory);
      Pointer object = library.functions().bpf_object__open_mem(file, bytes.length, options);
      if (object == null) {
        throw BpfException.of("open the BPF object", com.sun.jna.Native.getLastError());
      }
      return new BpfObject(library, file, object);
    }
  }

  public List<BpfProgram> programs() {
    List<BpfProgram> programs = new ArrayList<>();
    Pointer program = functions.bpf_object__next_program(object, null);
    while (program != null) {
      programs.add(new BpfProgram(functions, program));
      program = functions.bpf_object__next_program(object, program);
    }
    return programs;
  }

  public BpfProgram program(String name) {
    return programs().stream()
        .filter(program -> program.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new BpfException("the object has no program " + name));
  }

  public BpfMap map(String name) {
    Pointer map = functions.bpf_object__find_map_by_name(object, name);
    if (map == null) {
      throw new BpfException("the object has no map " + name);
    }
    return new BpfMap(functions, map, name);
  }

  /**
   * A global variable by its place: writable before load (settings), shared with the kernel
   * afterwards (only those that are not constant).
   */
  public ByteBuffer variable(String section, long offset, long sizeBytes) {
    if (!loaded) {
      return map(section)
          .initialGlobals()
          .slice((int) offset, (int) sizeBytes)
          .order(ByteOrder.LITTLE_ENDIAN);
    }
    return globals
        .computeIfAbsent(section, name -> map(name).sharedGlobals())
        .buffer(offset, sizeBytes);
  }

  public void load() {
    int result = functions.bpf_object__load(object);
    if (result != 0) {
      BpfException cause = BpfException.of("load the BPF programs", result);
      String reason = library.reason();
      throw reason.isEmpty()
          ? cause
          : new BpfException(cause.getMessage() + " (" + reason + ")", -result);
    }
    loaded = true;
  }

  @Override
  public void close() {
    globals.values().forEach(SharedMemory::close);
    globals.clear();
    functions.bpf_object__close(object);
    file.close();
  }
}
