// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.event;

/**
 * Names as they may be shown: whoever names a file must not be able to write lines of a log, to
 * steer a terminal, to make one name look like another, or to write into a query. Boards put names
 * between backticks, in which nothing else has a meaning.
 */
public final class DisplayText {

  private DisplayText() {}

  /**
   * Characters that steer or cannot be seen, as \n, \t or &#92;u001b; everything else as it is.
   * Those are control and format characters (which turn the direction of text, or have no width),
   * separators of lines, halves of surrogates, and the backtick. Escaping twice changes nothing
   * more.
   */
  public static String escape(String text) {
    if (text.codePoints().noneMatch(DisplayText::steers)) {
      return text;
    }
    StringBuilder shown = new StringBuilder();
    text.codePoints().forEach(character -> append(shown, character));
    return shown.toString();
  }

  private static void append(StringBuilder shown, int character) {
    if (character == '\n') {
      shown.append("\\n");
    } else if (character == '\t') {
      shown.append("\\t");
    } else if (!steers(character)) {
      shown.appendCodePoint(character);
    } else if (Character.isBmpCodePoint(character)) {
      shown.append("\\u%04x".formatted(character));
    } else {
      shown.append("\\U%08x".formatted(character));
    }
  }

  private static boolean steers(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> character == '`';
    };
  }
}
