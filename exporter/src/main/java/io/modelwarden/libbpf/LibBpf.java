// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The library itself, and what it has to say. */
public final class LibBpf {

  private static final int KEPT_LINES = 400;
  private static final int LINE_BYTES = 16 * 1024;

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
    try {
      return new LibBpf(com.sun.jna.Native.load("libbpf.so.1", Native.class));
    } catch (UnsatisfiedLinkError missing) {
      throw new BpfException(
          "libbpf.so.1 cannot be loaded: install it (Debian and Ubuntu: apt-get install libbpf1)");
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
    try (Memory text = new Memory(LINE_BYTES)) {
      LibC.INSTANCE.vsnprintf(text, LINE_BYTES, format, arguments);
      for (String line : text.getString(0).split("\n")) {
        lines.addLast(line);
        if (lines.size() > KEPT_LINES) {
          lines.removeFirst();
        }
      }
    }
    return 0;
  }

  /** The lines that tell why a load failed, without the verifier's walk. */
  synchronized String reason() {
    String reason = "";
    for (String line : lines) {
      boolean telling =
          line.startsWith("libbpf: prog")
              || line.contains("invalid")
              || line.contains("not allowed");
      if (telling && line.length() < 300) {
        reason = line.replaceFirst("^libbpf: ", "");
      }
    }
    return reason;
  }
}
