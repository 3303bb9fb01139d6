// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** An object file in the kernel's hands: open, set, load, then attach its programs. */
public final class BpfObject implements AutoCloseable {

  private final LibBpf library;
  private final Native functions;
  private final Memory file;
  private final Pointer object;
  private final Map<String, SharedMemory> globals = new HashMap<>();
  private final Map<String, BpfProgram> programs;
  private final Map<String, BpfMap> maps = new ConcurrentHashMap<>();
  private boolean loaded;

  private BpfObject(LibBpf library, Memory file, Pointer object) {
    this.library = library;
    this.functions = library.functions();
    this.file = file;
    this.object = object;
    this.programs = programsOf(functions, object);
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

  public Collection<BpfProgram> programs() {
    return programs.values();
  }

  public BpfProgram program(String name) {
    BpfProgram program = programs.get(name);
    if (program == null) {
      throw new BpfException("the object has no program " + name);
    }
    return program;
  }

  /** The same each time: a poll asks for many. */
  public BpfMap map(String name) {
    return maps.computeIfAbsent(name, this::findMap);
  }

  private static Map<String, BpfProgram> programsOf(Native functions, Pointer object) {
    Map<String, BpfProgram> programs = new LinkedHashMap<>();
    Pointer program = functions.bpf_object__next_program(object, null);
    while (program != null) {
      BpfProgram next = new BpfProgram(functions, program);
      programs.put(next.name(), next);
      program = functions.bpf_object__next_program(object, program);
    }
    return programs;
  }

  private BpfMap findMap(String name) {
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
    maps.clear(); // the kernel's are of another size where the one that was asked for is none
  }

  @Override
  public void close() {
    globals.values().forEach(SharedMemory::close);
    globals.clear();
    maps.values().forEach(BpfMap::close);
    functions.bpf_object__close(object);
    file.close();
  }
}
