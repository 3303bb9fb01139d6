// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.telemetry.MetricNames;
import io.modelwarden.telemetry.SelfMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the agent itself takes, as /proc says: the beans of the JVM would cost memory of their own.
 */
final class OwnProcess {

  private static final double TICKS_PER_SECOND = 100; // USER_HZ is 100 on every Linux
  private static final int USER_FIELD = 11; // counted behind the name, proc(5) field 14
  private static final int SYSTEM_FIELD = 12;

  private OwnProcess() {}

  static void register(SelfMetrics self) {
    self.observe(MetricNames.PROCESS_CPU_TIME, () -> userSeconds(read("/proc/self/stat")), "user");
    self.observe(
        MetricNames.PROCESS_CPU_TIME, () -> systemSeconds(read("/proc/self/stat")), "system");
    self.observe(MetricNames.PROCESS_MEMORY_USAGE, () -> residentBytes(read("/proc/self/status")));
  }

  static double userSeconds(String stat) {
    return seconds(stat, USER_FIELD);
  }

  static double systemSeconds(String stat) {
    return seconds(stat, SYSTEM_FIELD);
  }

  static long residentBytes(String status) {
    int at = status.indexOf("\nVmRSS:") + "\nVmRSS:".length();
    return Long.parseLong(status.substring(at, status.indexOf(" kB", at)).strip()) * 1024;
  }

  /** A process may have any name, but the last bracket of the line is behind it. */
  private static double seconds(String stat, int field) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[field]) / TICKS_PER_SECOND;
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
