// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import java.nio.charset.Charset;
import org.jline.utils.AttributedString;

/**
 * Marks that the terminal's character set has.
 *
 * @param cut for what was cut out
 * @param falling the column by which the rows fall from the largest
 */
record Marks(String cut, String falling, String rising) {

  static final Marks UNICODE = new Marks("…", "▼", "▲");
  static final Marks ASCII = new Marks("~", "v", "^");

  static Marks of(Charset charset) {
    return charset.newEncoder().canEncode("…▼▲") ? UNICODE : ASCII;
  }

  /** Columns that a text takes in a terminal. */
  static int width(String text) {
    return new AttributedString(text).columnLength();
  }

  /** The beginning, and the mark if something is missing. */
  String cutEnd(String text, int width) {
    return width(text) <= width ? text : part(text, 0, width - 1) + cut;
  }

  /** Of a path the end says more than the beginning, and the middle least. */
  String cutMiddle(String text, int width) {
    int whole = width(text);
    if (whole <= width) {
      return text;
    }
    int head = (width - 1) / 4;
    int tail = width - 1 - head;
    return part(text, 0, head) + cut + part(text, whole - tail, whole);
  }

  private static String part(String text, int from, int to) {
    return new AttributedString(text).columnSubSequence(from, Math.max(from, to)).toString();
  }
}
