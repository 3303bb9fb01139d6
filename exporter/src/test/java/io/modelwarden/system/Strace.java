// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the kernel answered a program, by strace(1): a truth that owes nothing to the agent. */
final class Strace {

  private static final String CALLS = "openat,openat2,read,pread64,readv,preadv,preadv2,mmap";
  private static final Pattern READ =
      Pattern.compile("(?:read|pread64|readv|preadv|preadv2)\\(\\d+<(.+?)>, .* = (\\d+)");
  private static final Pattern MAPPING =
      Pattern.compile("mmap\\(.+?, (\\d+), .+?, .+?, \\d+<(.+?)>, (\\w+)\\) = 0x\\w+");

  private final List<String> lines = new ArrayList<>();

  /** Reads what was traced into a folder. */
  Strace(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        lines.addAll(Files.readAllLines(file));
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * The command that runs another one traced.
   *
   * @param folder an empty one; gets a file for each thread, so that no line is torn
   */
  static String command(Path folder, String program) {
    return "strace -ff -y -s 0 --seccomp-bpf -e trace=%s -o %s/thread %s"
        .formatted(CALLS, folder, program);
  }

  /** Whether one of the calls, as strace writes it, is of that name and about that file. */
  boolean called(String name, Path file) {
    return lines.stream()
        .anyMatch(line -> line.startsWith(name + "(") && line.contains("<" + file + ">"));
  }

  /** Bytes that calls returned of a file. */
  long read(Path file) {
    return lines.stream()
        .map(READ::matcher)
        .filter(call -> call.matches() && call.group(1).equals(file.toString()))
        .mapToLong(call -> Long.parseLong(call.group(2)))
        .sum();
  }

  /** Distinct bytes of a file that were mapped. */
  long mapped(Path file) {
    TreeMap<Long, Long> ranges = new TreeMap<>();
    for (String line : lines) {
      Matcher call = MAPPING.matcher(line);
      if (call.matches() && call.group(2).equals(file.toString())) {
        long start = Long.decode(call.group(3));
        ranges.merge(start, start + Long.parseLong(call.group(1)), Math::max);
      }
    }
    long bytes = 0;
    long covered = 0;
    for (var range : ranges.entrySet()) {
      long end = Math.min(range.getValue(), file.toFile().length());
      bytes += Math.max(0, end - Math.max(covered, range.getKey()));
      covered = Math.max(covered, end);
    }
    return bytes;
  }
}
