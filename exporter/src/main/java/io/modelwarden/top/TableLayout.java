// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import static io.modelwarden.top.Column.BYTES;
import static io.modelwarden.top.Column.FILE;
import static io.modelwarden.top.Column.IDLE;
import static io.modelwarden.top.Column.MODEL;
import static io.modelwarden.top.Column.ORIGIN;
import static io.modelwarden.top.Column.PEER;
import static io.modelwarden.top.Column.PID;
import static io.modelwarden.top.Column.POD;
import static io.modelwarden.top.Column.RATE;
import static io.modelwarden.top.Column.READER;
import static io.modelwarden.top.Column.SCOPE;
import static io.modelwarden.top.Column.SENT;
import static io.modelwarden.top.Column.SHARE;
import static io.modelwarden.top.Column.STATE;
import static io.modelwarden.top.Column.WORKLOAD;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which columns there is room for, and how wide each is. */
final class TableLayout {

  /** Where there is no room for all, those at the end go first. */
  private static final List<Column> BY_MODEL =
      List.of(
          STATE, READER, PID, MODEL, BYTES, SHARE, PEER, RATE, SENT, FILE, WORKLOAD, ORIGIN, POD,
          IDLE, SCOPE);

  private static final List<Column> BY_FILE =
      List.of(
          STATE, READER, PID, FILE, BYTES, SHARE, PEER, RATE, SENT, MODEL, WORKLOAD, ORIGIN, POD,
          IDLE, SCOPE);

  private static final int ROOMY = 120;

  /** Files of one model differ in the middle of their names only. */
  private static final int LEAST_OF_SUBJECT = 28;

  private final Map<Column, Integer> widths = new EnumMap<>(Column.class);
  private final Map<Column, Integer> wanted = new EnumMap<>(Column.class);
  final String gap;

  private TableLayout(int gap) {
    this.gap = " ".repeat(gap);
  }

  /**
   * @param width of the terminal, in columns
   */
  static TableLayout of(List<Row> rows, View view, int width) {
    TableLayout layout = new TableLayout(width < ROOMY ? 1 : 2);
    int room = width + layout.gap.length();
    for (Column column : byImportance(view)) {
      if (column == POD && isEmpty(column, rows)) {
        continue; // outside of clusters
      }
      int wanted = wanted(column, rows, view);
      int least =
          column.kind == Column.Kind.FIGURE ? wanted : Math.min(wanted, least(column, view));
      if (least + layout.gap.length() <= room) {
        room -= least + layout.gap.length();
        layout.widths.put(column, least);
        layout.wanted.put(column, wanted);
      }
    }
    layout.widen(room);
    return layout;
  }

  List<Column> columns() {
    return new ArrayList<>(widths.keySet());
  }

  int width(Column column) {
    return widths.get(column);
  }

  /** The narrowest first: short names are whole before a path is longer. */
  private void widen(int spare) {
    for (int left = spare; left > 0; left--) {
      Optional<Column> narrowest =
          widths.keySet().stream()
              .filter(column -> widths.get(column) < wanted.get(column))
              .min(Comparator.comparing(widths::get));
      if (narrowest.isEmpty()) {
        return;
      }
      widths.merge(narrowest.get(), 1, Integer::sum);
    }
  }

  private static boolean isEmpty(Column column, List<Row> rows) {
    return rows.stream().allMatch(row -> column.text(row).isEmpty());
  }

  private static int wanted(Column column, List<Row> rows, View view) {
    int width = title(column, view);
    for (Row row : rows) {
      width = Math.max(width, Marks.width(column.text(row)));
    }
    // Figures change from look to look: their columns must not move with them.
    return column.kind == Column.Kind.FIGURE ? Math.max(width, column.least) : width;
  }

  private static int least(Column column, View view) {
    boolean subject = column == FILE && view.byFile();
    return subject ? LEAST_OF_SUBJECT : Math.max(column.least, title(column, view));
  }

  /** With the mark of the order. */
  private static int title(Column column, View view) {
    return column.title.length() + (column == view.sort() ? 1 : 0);
  }

  /** What the rows are sorted by is always seen. */
  private static Set<Column> byImportance(View view) {
    Set<Column> columns = new LinkedHashSet<>(List.of(view.sort()));
    columns.addAll(view.byFile() ? BY_FILE : BY_MODEL);
    return columns;
  }
}
