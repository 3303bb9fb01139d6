// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

/** Names as they may be shown: whoever names a file must not be able to write lines of a log. */
final class DisplayText {

  private DisplayText() {}

  /** Control characters as \\n, \\t or \\u001b; everything else as it is. */
  static String escape(String text) {
    if (text.chars().noneMatch(Character::isISOControl)) {
      return text;
    }
    StringBuilder shown = new StringBuilder();
    for (char character : text.toCharArray()) {
      if (character == '\n') {
        shown.append("\\n");
      } else if (character == '\t') {
        shown.append("\\t");
      } else if (Character.isISOControl(character)) {
        shown.append("\\u%04x".formatted((int) character));
      } else {
        shown.append(character);
      }
    }
    return shown.toString();
  }
}
