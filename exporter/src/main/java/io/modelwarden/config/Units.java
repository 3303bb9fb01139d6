// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes such as 64MiB and durations such as 10s. */
public final class Units {

  private static final Pattern QUANTITY = Pattern.compile("([0-9]{1,18}) ?([A-Za-z]*)");
  private static final Map<String, Long> BYTES =
      Map.of(
          "",
          1L,
          "B",
          1L,
          "kB",
          1_000L,
          "MB",
          1_000_000L,
          "GB",
          1_000_000_000L,
          "TB",
          1_000_000_000_000L,
          "KiB",
          1L << 10,
          "MiB",
          1L << 20,
          "GiB",
          1L << 30,
          "TiB",
          1L << 40);
  private static final Map<String, Long> MILLIS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  private Units() {}

  /**
   * @throws IllegalArgumentException with what it is not, worded to follow the value
   */
  public static long bytes(String text) {
    return quantity(text, BYTES, "a size such as 1048576, 64MiB or 1GB");
  }

  static Duration duration(String text) {
    return Duration.ofMillis(
        quantity(text, MILLIS, "a duration such as 500ms, 10s, 5m, 24h or 30d"));
  }

  private static long quantity(String text, Map<String, Long> units, String expected) {
    Matcher matcher = QUANTITY.matcher(text);
    Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
    if (unit == null) {
      throw new IllegalArgumentException("is not " + expected);
    }
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
    } catch (ArithmeticException tooLarge) {
      throw new IllegalArgumentException("is too large");
    }
  }
}
