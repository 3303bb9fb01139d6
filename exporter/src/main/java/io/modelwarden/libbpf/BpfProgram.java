// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.io.ByteArrayOutputStream;

/** A program of an object. */
public final class BpfProgram {

  private static final int TEST_RUN_OPTIONS_BYTES = 80;
  private static final int CONTEXT_IN = 32;
  private static final int CONTEXT_SIZE_IN = 48;
  private static final int RESULT = 56;
  private static final int LINK_INFO_BYTES = 16;
  private static final int READ_BYTES = 4096;
  // struct bpf_prog_info of the kernel's stable interface (linux/bpf.h), up to recursion_misses.
  private static final int INFO_BYTES = 216;
  private static final int RUN_TIME_NANOS = 192;
  private static final int MISSES = 208;

  /**
   * What the kernel counts of a program.
   *
   * @param runTimeNanos 0 unless the kernel keeps it (sysctl kernel.bpf_stats_enabled)
   * @param misses runs that the kernel left out because the program was running already
   */
  public record Statistics(long runTimeNanos, long misses) {}

  private final Native functions;
  private final Pointer program;
  private final String name;

  BpfProgram(Native functions, Pointer program) {
    this.functions = functions;
    this.program = program;
    this.name = functions.bpf_program__name(program);
  }

  public String name() {
    return name;
  }

  /** Such as {@code tp_btf/sys_exit}. */
  public String section() {
    return functions.bpf_program__section_name(program);
  }

  /** Before load: leaves the program out. */
  public void skip() {
    functions.bpf_program__set_autoload(program, false);
  }

  /** After load: what the kernel has counted so far. */
  public Statistics statistics() {
    try (Memory info = new Memory(INFO_BYTES)) {
      info.clear();
      int descriptor = functions.bpf_program__fd(program);
      int result =
          functions.bpf_obj_get_info_by_fd(descriptor, info, new IntByReference(INFO_BYTES));
      if (result != 0) {
        throw BpfException.of("read the statistics of " + name(), result);
      }
      return new Statistics(info.getLong(RUN_TIME_NANOS), info.getLong(MISSES));
    }
  }

  public BpfLink attach() {
    return link("attach " + name(), functions.bpf_program__attach(program));
  }

  /** Attaches to a cgroup, given by its folder. */
  public BpfLink attachToCgroup(String folder) {
    try (Descriptor cgroup = Descriptor.openFolder(folder)) {
      return link(
          "attach " + name() + " to " + folder,
          functions.bpf_program__attach_cgroup(program, cgroup.number()));
    }
  }

  /**
   * Runs a program of section {@code syscall}; it reads and writes {@code context} in place.
   *
   * @return what the program returned
   */
  public int run(byte[] context) {
    try (Memory memory = new Memory(Math.max(context.length, 8));
        Memory options = new Memory(TEST_RUN_OPTIONS_BYTES)) {
      options.clear();
      options.setLong(0, TEST_RUN_OPTIONS_BYTES);
      if (context.length > 0) {
        memory.write(0, context, 0, context.length);
        options.setPointer(CONTEXT_IN, memory);
        options.setInt(CONTEXT_SIZE_IN, context.length);
      }
      int result = functions.bpf_prog_test_run_opts(functions.bpf_program__fd(program), options);
      if (result != 0) {
        throw BpfException.of("run " + name(), result);
      }
      memory.read(0, context, 0, context.length);
      return options.getInt(RESULT);
    }
  }

  /**
   * Runs an iterator to its end over all tasks, or over one process.
   *
   * @return what the program printed
   */
  public byte[] iterate(int pid) {
    try (BpfLink link = attachIterator(pid)) {
      int number = functions.bpf_iter_create(link.descriptor());
      if (number < 0) {
        throw BpfException.of("iterate " + name(), number);
      }
      try (Descriptor iterator = new Descriptor(number);
          Memory buffer = new Memory(READ_BYTES)) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream(0);
        for (long read = iterator.read(buffer); read > 0; read = iterator.read(buffer)) {
          printed.writeBytes(buffer.getByteArray(0, (int) read));
        }
        return printed.toByteArray();
      }
    }
  }

  private BpfLink attachIterator(int pid) {
    try (Memory options = new Memory(24);
        Memory info = new Memory(LINK_INFO_BYTES)) {
      info.clear();
      info.setInt(4, pid); // struct { tid, pid, pid_fd }: a pid of 0 means every task
      options.setLong(0, 24);
      options.setPointer(8, info);
      options.setLong(16, LINK_INFO_BYTES);
      Pointer none = Pointer.NULL;
      return link(
          "attach " + name(),
          functions.bpf_program__attach_iter(program, pid == 0 ? none : options));
    }
  }

  private BpfLink link(String action, @org.jspecify.annotations.Nullable Pointer link) {
    if (link == null) {
      throw BpfException.of(action, com.sun.jna.Native.getLastError());
    }
    return new BpfLink(functions, link);
  }
}
