// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.ProcessKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The little that is asked of /proc, never on the way of an event. */
final class ProcFiles {

  private static final long NANOS_PER_TICK = 10_000_000L; // USER_HZ is 100 on every Linux
  private static final int START_TIME_FIELD = 19; // counted behind the name, proc(5) field 22

  private ProcFiles() {}

  /** Whether that very process is there; another one under a reused pid does not count. */
  static boolean isAlive(ProcessKey process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      long startTicks = Long.parseLong(fields[START_TIME_FIELD]);
      return startTicks == process.startTimeNanos() / NANOS_PER_TICK;
    } catch (IOException | RuntimeException gone) {
      return false;
    }
  }
}
