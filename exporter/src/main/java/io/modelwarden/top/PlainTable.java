// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;

/** The table as text, without any escape sequence: for pipes, files and terminals alike. */
public final class PlainTable {

  /** For a reader that is no terminal: nothing is cut. */
  public static final int ANY_WIDTH = 100_000;

  private PlainTable() {}

  /**
   * @param width no line is longer than so many columns of a terminal
   * @param charset of the output, which says which marks there are
   */
  public static List<String> lines(Snapshot snapshot, View view, int width, Charset charset) {
    Marks marks = Marks.of(charset);
    List<AttributedString> lines =
        new ArrayList<>(new Headline(Palette.MONOCHROME).lines(snapshot, width));
    lines.add(AttributedString.EMPTY);
    List<Row> rows = view.rows(snapshot);
    lines.addAll(new TablePainter(marks, Palette.MONOCHROME).paint(rows, view, width));
    return lines.stream()
        .map(line -> marks.cutEnd(line.toString().stripTrailing(), width))
        .toList();
  }
}
