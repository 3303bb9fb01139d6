// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What of the rows is looked at, and in which order.
 *
 * @param byFile a row for each file instead of one for each model
 * @param filter only rows in whose names this is, in any case; empty for all
 */
public record View(Column sort, boolean reversed, boolean byFile, String filter) {

  List<Row> rows(Snapshot snapshot) {
    Comparator<Row> order = reversed ? sort.order().reversed() : sort.order();
    String wanted = filter.toLowerCase(Locale.ROOT);
    return (byFile ? Row.byFile(snapshot) : Row.byModel(snapshot))
        .stream()
            .filter(row -> wanted.isEmpty() || row.matches(wanted))
            .sorted(
                order
                    .thenComparing(Column.BYTES.order())
                    .thenComparing(Column.SENT.order())
                    .thenComparing(Column.PID.order()))
            .toList();
  }

  View sortedBy(Column column) {
    return new View(column, false, byFile, filter);
  }

  View reverse() {
    return new View(sort, !reversed, byFile, filter);
  }

  View otherRows() {
    return new View(sort, reversed, !byFile, filter);
  }

  View filteredBy(String text) {
    return new View(sort, reversed, byFile, text);
  }
}
