// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

/** A setting that cannot be used: one line that names the value, the rule and the remedy. */
public final class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final int LONGEST = 1000;

  public ConfigurationException(String message) {
    super(oneLine(message));
  }

  /** Values stand in messages as they were written: control characters would break the line. */
  private static String oneLine(String message) {
    StringBuilder line = new StringBuilder();
    message
        .codePoints()
        .limit(LONGEST)
        .forEach(
            character -> {
              if (Character.isISOControl(character)) {
                line.append("\\x").append("%02x".formatted(character));
              } else {
                line.appendCodePoint(character);
              }
            });
    return message.codePointCount(0, message.length()) > LONGEST ? line + "…" : line.toString();
  }
}
