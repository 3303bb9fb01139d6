// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Figures for people: at most eight characters, decimal units. */
final class Amounts {

  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};
  private static final double ROUNDS_TO_THOUSAND = 999.95;

  /** 0.29 * 100 is a little less than 29. */
  private static final double ROUNDING = 1e-9;

  private Amounts() {}

  /** Such as "60.0 MB"; a dash for nothing, so that what is not zero stands out. */
  static String bytes(long bytes) {
    if (bytes == 0) {
      return "-";
    }
    if (bytes < 1000) {
      return bytes + " B";
    }
    double amount = bytes;
    int unit = 0;
    while (amount >= ROUNDS_TO_THOUSAND && unit < UNITS.length - 1) {
      amount /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", amount, UNITS[unit]);
  }

  /** Such as "98%", never more than there is: all but a byte is 99.9%. From ten times on "12x". */
  static String share(@Nullable Double share) {
    if (share == null) {
      return "?";
    }
    if (share >= 10) {
      return (long) (double) share + "x";
    }
    double percent = share * 100 + ROUNDING;
    if (percent >= 10 && (percent < 99 || percent >= 100)) {
      return (long) percent + "%";
    }
    double tenths = Math.floor(percent * 10) / 10;
    if (share > 0 && tenths == 0) {
      return "<0.1%";
    }
    return share == 0 ? "-" : String.format(Locale.ROOT, "%.1f%%", tenths);
  }

  /** The two largest units, such as "2h 13m". */
  static String duration(double seconds) {
    long whole = (long) seconds;
    if (whole < 60) {
      return whole + "s";
    }
    if (whole < 3600) {
      return String.format(Locale.ROOT, "%dm %02ds", whole / 60, whole % 60);
    }
    return whole < 86_400
        ? String.format(Locale.ROOT, "%dh %02dm", whole / 3600, whole % 3600 / 60)
        : String.format(Locale.ROOT, "%dd %02dh", whole / 86_400, whole % 86_400 / 3600);
  }
}
