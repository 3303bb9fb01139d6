// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** Draws the table: its titles, then a line for each row. */
final class TablePainter {

  private final Marks marks;
  private final Palette palette;

  TablePainter(Marks marks, Palette palette) {
    this.marks = marks;
    this.palette = palette;
  }

  /**
   * @param width of the terminal; no line is longer
   */
  List<AttributedString> paint(List<Row> rows, View view, int width) {
    TableLayout layout = TableLayout.of(rows, view, width);
    List<AttributedString> lines = new ArrayList<>();
    lines.add(titles(layout, view));
    for (Row row : rows) {
      AttributedStringBuilder line = new AttributedStringBuilder();
      for (Column column : layout.columns()) {
        cell(line, layout, column, column.text(row), palette.of(row));
      }
      lines.add(line.toAttributedString());
    }
    return lines;
  }

  private AttributedString titles(TableLayout layout, View view) {
    AttributedStringBuilder line = new AttributedStringBuilder();
    for (Column column : layout.columns()) {
      boolean falling = (column.kind == Column.Kind.FIGURE) != view.reversed();
      String mark = falling ? marks.falling() : marks.rising();
      String title = column == view.sort() ? column.title + mark : column.title;
      cell(line, layout, column, title, palette.strong);
    }
    return line.toAttributedString();
  }

  private void cell(
      AttributedStringBuilder line,
      TableLayout layout,
      Column column,
      String text,
      AttributedStyle style) {
    int width = layout.width(column);
    String shown =
        column.kind == Column.Kind.PATH ? marks.cutMiddle(text, width) : marks.cutEnd(text, width);
    String blanks = " ".repeat(Math.max(0, width - Marks.width(shown)));
    line.append(line.length() == 0 ? "" : layout.gap);
    line.append(column.kind == Column.Kind.FIGURE ? blanks + shown : shown + blanks, style);
  }
}
