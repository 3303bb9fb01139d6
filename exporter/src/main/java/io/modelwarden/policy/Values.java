// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.modelwarden.config.Cidr;
import io.modelwarden.config.Units;
import java.util.List;

/** Values of the manifest held to their rules; refusals are worded to follow the value. */
final class Values {

  private static final int LONGEST_PATH = 4096;
  private static final int LONGEST_NAME = 253;
  private static final int LONGEST_PROCESS_NAME = 15;
  private static final long LARGEST_BUDGET = 100L << 40;

  private Values() {}

  /** Whether a text can stand in what is rendered, and be seen by who reads it. */
  static boolean isPrintable(String text) {
    return text.codePoints()
        .noneMatch(
            character ->
                switch (Character.getType(character)) {
                  case Character.CONTROL,
                      Character.FORMAT,
                      Character.LINE_SEPARATOR,
                      Character.PARAGRAPH_SEPARATOR,
                      Character.SURROGATE,
                      Character.UNASSIGNED ->
                      true;
                  default -> false;
                });
  }

  /** Absolute, of one file; wildcards are characters as others are. */
  static String path(String text) {
    printable(text, LONGEST_PATH);
    if (!text.startsWith("/") || (text + "/").matches(".*/\\.{0,2}/.*")) {
      throw new IllegalArgumentException(
          "is no path of a file: write it from / on, without //, /./, /../ and a / at its end");
    }
    return text;
  }

  /** A path in which wildcards would be meant as such, though they are none. */
  static String executable(String text) {
    if (text.contains("*") || text.contains("?")) {
      throw new IllegalArgumentException("has a wildcard: write each executable's whole path");
    }
    return path(text);
  }

  static String name(String text) {
    return printable(text, LONGEST_NAME);
  }

  /** What the kernel calls a process. */
  static String processName(String text) {
    if (text.getBytes(UTF_8).length > LONGEST_PROCESS_NAME) {
      throw new IllegalArgumentException(
          "is longer than 15 bytes: the kernel cuts names of processes there, write them so");
    }
    return name(text);
  }

  private static String printable(String text, int longest) {
    if (text.isEmpty() || text.length() > longest) {
      throw new IllegalArgumentException("is not 1 to " + longest + " characters long");
    }
    if (!isPrintable(text)) {
      throw new IllegalArgumentException(
          "has a character that cannot be seen: the agent writes it as \\n or \\u202e, write that");
    }
    return text;
  }

  static String oneOf(List<String> words, String text) {
    if (!words.contains(text)) {
      throw new IllegalArgumentException("is not one of " + String.join(", ", words));
    }
    return text;
  }

  static boolean flag(String text) {
    return oneOf(List.of("true", "false"), text).equals("true");
  }

  static long budget(String text) {
    long bytes = Units.bytes(text);
    if (bytes < 1 || bytes > LARGEST_BUDGET) {
      throw new IllegalArgumentException("is not from 1 byte to 100TiB");
    }
    return bytes;
  }

  static int port(String text) {
    if (text.matches("[1-9][0-9]{0,4}") && Integer.parseInt(text) <= 0xffff) {
      return Integer.parseInt(text);
    }
    throw new IllegalArgumentException("is no port from 1 to 65535");
  }

  /** In the one way of writing it, so that equal networks are equal texts. */
  static String cidr(String text) {
    return Cidr.parse(text).toString();
  }
}
