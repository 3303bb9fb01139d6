// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import io.modelwarden.event.DisplayText;
import java.util.ArrayList;
import java.util.List;
import org.jline.terminal.Size;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jspecify.annotations.Nullable;

/** One picture of the screen: as many lines as it has, none longer than it is wide. */
final class Frame {

  private static final String KEYS =
      "q quit  / filter  <> sort  r reverse  f files  p pause  ? help";

  private static final List<String> HELP =
      List.of(
          "  q, Ctrl-C  quit",
          "  < >        sort by the column to the left, to the right; arrows too",
          "  r          reverse the order",
          "  /          filter while you type, by any name, pid or peer:",
          "             Enter keeps the filter, Esc drops it",
          "  f          a row for each file, or for each model again",
          "  j k        scroll; arrows and Page Up, Page Down too",
          "  p, space   pause; the agent goes on counting",
          "  ?          back to the table",
          "",
          "  S          R reads now, S sends now, H holds what it took, X ended",
          "  BYTES      read, and distinct bytes mapped, by this process",
          "  SHARE      of the size of the model; 12x: twelve times all of it",
          "  BYTES/S    over the last five seconds",
          "  SENT       by this process since it holds a model, to anybody",
          "  LAST PEER  the last one that is not on this machine, if there is one");

  private final Marks marks;
  private final Palette palette;

  Frame(Marks marks, Palette palette) {
    this.marks = marks;
    this.palette = palette;
  }

  /**
   * @param problem why there is no newer one, with names escaped, or null
   */
  List<AttributedString> lines(
      Snapshot snapshot, @Nullable String problem, Looks looks, Size size) {
    int width = size.getColumns();
    List<AttributedString> lines = new ArrayList<>(new Headline(palette).lines(snapshot, width));
    if (problem != null) {
      lines.add(new AttributedString(problem, palette.alarm));
    }
    lines.add(AttributedString.EMPTY);
    int room = size.getRows() - lines.size() - 1;
    List<Row> rows = looks.view().rows(snapshot);
    if (looks.help()) {
      HELP.stream().limit(Math.max(0, room)).map(AttributedString::new).forEach(lines::add);
    } else {
      lines.addAll(table(rows, looks, width, room));
    }
    while (lines.size() < size.getRows() - 1) {
      lines.add(AttributedString.EMPTY);
    }
    List<AttributedString> cut = new ArrayList<>();
    lines.stream()
        .limit(Math.max(0, size.getRows() - 1))
        .forEach(line -> cut.add(line.columnSubSequence(0, width)));
    cut.add(bar(rows.size(), looks, width));
    return cut;
  }

  /** The titles stay where they are while the rows scroll. */
  private List<AttributedString> table(List<Row> rows, Looks looks, int width, int room) {
    List<AttributedString> all = new TablePainter(marks, palette).paint(rows, looks.view(), width);
    List<AttributedString> seen = new ArrayList<>(all.subList(0, 1));
    int first = Math.min(looks.firstRow(), Math.max(0, rows.size() - 1));
    int last = Math.min(rows.size(), first + Math.max(0, room - 1));
    seen.addAll(all.subList(1 + first, 1 + Math.max(first, last)));
    if (rows.isEmpty()) {
      String nobody = looks.view().filter().isEmpty() ? "nobody reads a model" : "no row has that";
      seen.add(new AttributedString(nobody, palette.faint));
    }
    return seen;
  }

  private AttributedString bar(int rows, Looks looks, int width) {
    String filter = DisplayText.escape(looks.view().filter());
    String left = looks.filtering() ? "filter: " + filter + "_" : KEYS;
    String right =
        (looks.paused() ? "PAUSED  " : "")
            + (filter.isEmpty() || looks.filtering() ? "" : "filter: " + filter + "  ")
            + rows
            + (rows == 1 ? " row" : " rows");
    String cut = marks.cutEnd(left, Math.max(0, width - right.length() - 1));
    int blanks = width - Marks.width(cut) - Marks.width(right);
    return new AttributedStringBuilder()
        .append(cut + " ".repeat(Math.max(0, blanks)) + right, palette.bar)
        .toAttributedString()
        .columnSubSequence(0, width);
  }
}
