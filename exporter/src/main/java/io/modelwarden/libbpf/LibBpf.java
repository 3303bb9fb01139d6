// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The library itself, and what it has to say. */
public final class LibBpf {

  static final String LIBRARY = "libbpf.so.1";

  private static final int KEPT_LINES = 400;
  private static final int TEXT_BYTES = 64 * 1024;
  private static final int DEBUG = 2; // LIBBPF_DEBUG
  private static final int VA_LIST_BYTES = 24; // x86-64 psABI, figure 3.34
  private static final int LARGE_BYTES = 128 << 10;

  private final Native functions;

  // A field, because native code calls it for as long as the library lives.
  private final Native.Print print = this::keep;
  private final Deque<String> lines = new ArrayDeque<>();

  private LibBpf(Native functions) {
    this.functions = functions;
    functions.libbpf_set_print(print);
  }

  /** Finds libbpf.so.1 of the system. */
  public static LibBpf load() {
    giveBackLargeMemory();
    try {
      return new LibBpf(com.sun.jna.Native.load(LIBRARY, Native.class));
    } catch (UnsatisfiedLinkError missing) {
      throw new BpfException(
          "libbpf.so.1 cannot be loaded: install it (Debian and Ubuntu: apt-get install libbpf1)");
    }
  }

  /**
   * What is large is mapped alone and goes back to the system when it is freed. libbpf reads all
   * types of the kernel to load a program: left to itself, the C library raises this threshold with
   * the first of them and keeps ten megabytes for as long as the agent runs.
   */
  private static void giveBackLargeMemory() {
    try {
      LibC.INSTANCE.mallopt(LibC.M_MMAP_THRESHOLD, LARGE_BYTES);
    } catch (UnsatisfiedLinkError other) {
      // another C library than glibc
    }
  }

  Native functions() {
    return functions;
  }

  /** The last lines that libbpf and the verifier printed, oldest first. */
  public synchronized List<String> log() {
    return List.copyOf(lines);
  }

  private synchronized int keep(int level, String format, Pointer arguments) {
    if (level < DEBUG) {
      for (String line : text(format, arguments).split("\n")) {
        lines.addLast(line);
        if (lines.size() > KEPT_LINES) {
          lines.removeFirst();
        }
      }
    }
    return 0;
  }

  /** The end of the text: a verifier's walk has megabytes, and its verdict comes last. */
  private static String text(String format, Pointer arguments) {
    try (Memory copy = new Memory(VA_LIST_BYTES)) {
      // The C library uses a va_list up, so the length is asked for with a copy.
      copy.write(0, arguments.getByteArray(0, VA_LIST_BYTES), 0, VA_LIST_BYTES);
      int length = LibC.INSTANCE.vsnprintf(null, 0, format, copy);
      if (length <= 0) {
        return "";
      }
      try (Memory text = new Memory(length + 1L)) {
        LibC.INSTANCE.vsnprintf(text, length + 1L, format, arguments);
        int kept = Math.min(length, TEXT_BYTES);
        return new String(text.getByteArray(length - kept, kept), StandardCharsets.UTF_8);
      }
    }
  }

  /** Why a load failed, in one line; empty if nothing was said. */
  synchronized String reason() {
    return LoadFailure.reason(List.copyOf(lines));
  }
}
