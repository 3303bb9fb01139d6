// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import java.util.Collection;
import java.util.stream.Collectors;

/** From pattern of path to regular expression of the collector (RE2). */
final class Glob {

  private Glob() {}

  /** Of whole paths that one of the patterns fits: ? and * within a name, ** over folders. */
  static String regexOfAny(Collection<String> patterns) {
    return whole(patterns.stream().map(Glob::regex).collect(Collectors.joining("|")));
  }

  /** Of whole texts that are one of these. */
  static String regexOfTexts(Collection<String> texts) {
    return whole(texts.stream().map(Glob::literal).collect(Collectors.joining("|")));
  }

  private static String whole(String alternatives) {
    return "^(?:" + alternatives + ")$";
  }

  private static String regex(String pattern) {
    StringBuilder regex = new StringBuilder();
    int at = 0;
    while (at < pattern.length()) {
      int character = pattern.codePointAt(at);
      if (pattern.startsWith("**", at)) {
        regex.append(".*");
        at++;
      } else if (character == '*') {
        regex.append("[^/]*");
      } else if (character == '?') {
        regex.append("[^/]");
      } else {
        append(regex, character);
      }
      at += Character.charCount(character);
    }
    return regex.toString();
  }

  private static String literal(String text) {
    StringBuilder regex = new StringBuilder();
    text.codePoints().forEach(character -> append(regex, character));
    return regex.toString();
  }

  /** RE2 takes a backslash in front of ASCII punctuation, and in front of nothing else. */
  private static void append(StringBuilder regex, int character) {
    boolean word = character == '_' || Character.isLetterOrDigit(character);
    if (character < 0x80 && !word) {
      regex.append('\\');
    }
    regex.appendCodePoint(character);
  }
}
