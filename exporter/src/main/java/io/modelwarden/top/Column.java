// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import io.modelwarden.event.DisplayText;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/** The columns of the table, from left to right. */
public enum Column {
  STATE("S", Kind.TEXT, 1, Row::state, Comparator.comparing(row -> "SRHX".indexOf(row.state()))),
  MODEL("MODEL", Kind.TEXT, 8, Row::model, Comparator.comparing(Row::model)),
  FILE("FILE", Kind.PATH, 24, Row::file, Comparator.comparing(Row::file)),
  READER(
      "READER",
      Kind.TEXT,
      8,
      row -> row.reader().executable(),
      Comparator.comparing(row -> row.reader().executable())),
  PID(
      "PID",
      Kind.FIGURE,
      6,
      row -> String.valueOf(row.reader().pid()),
      Comparator.comparingInt(row -> row.reader().pid())),
  WORKLOAD("WORKLOAD", Kind.TEXT, 12, Row::workload, Comparator.comparing(Row::workload)),
  POD("POD", Kind.TEXT, 12, Row::pod, Comparator.comparing(Row::pod)),
  ORIGIN(
      "ORIGIN",
      Kind.TEXT,
      6,
      row -> row.reader().origin(),
      Comparator.comparing(row -> row.reader().origin())),
  BYTES(
      "BYTES",
      Kind.FIGURE,
      8,
      row -> Amounts.bytes(row.bytes()),
      Comparator.comparingLong(Row::bytes)),
  SHARE(
      "SHARE",
      Kind.FIGURE,
      5,
      row -> Amounts.share(row.share()),
      Comparator.comparingDouble(row -> row.share() == null ? -1 : row.share())),
  RATE(
      "BYTES/S",
      Kind.FIGURE,
      8,
      row -> Amounts.bytes(row.bytesPerSecond()),
      Comparator.comparingLong(Row::bytesPerSecond)),
  SENT(
      "SENT",
      Kind.FIGURE,
      8,
      row -> Amounts.bytes(row.reader().sent().bytes()),
      Comparator.comparingLong(row -> row.reader().sent().bytes())),
  PEER("LAST PEER", Kind.TEXT, 20, Row::peer, Comparator.comparing(Row::peer)),
  SCOPE(
      "SCOPE",
      Kind.TEXT,
      8,
      row -> row.reader().sent().scope(),
      Comparator.comparing(row -> row.reader().sent().scope())),
  IDLE(
      "IDLE",
      Kind.FIGURE,
      7,
      row -> Amounts.duration(row.reader().idleSeconds()),
      Comparator.comparingDouble(row -> row.reader().idleSeconds()));

  /** Text is cut at its end, a path in its middle; figures stand at the right and are not cut. */
  enum Kind {
    TEXT,
    PATH,
    FIGURE
  }

  final String title;
  final Kind kind;

  /** Narrower than this it says nothing. */
  final int least;

  private final Function<Row, String> text;
  private final Comparator<Row> order;

  Column(String title, Kind kind, int least, Function<Row, String> text, Comparator<Row> order) {
    this.title = title;
    this.kind = kind;
    this.least = least;
    this.text = text;
    this.order = order;
  }

  /** As they are written on the command line. */
  public static List<String> names() {
    return Stream.of(values()).map(column -> column.name().toLowerCase(Locale.ROOT)).toList();
  }

  /** As it may be shown. */
  String text(Row row) {
    return DisplayText.escape(text.apply(row));
  }

  /** Figures from the largest on, names in the order of the alphabet. */
  Comparator<Row> order() {
    return kind == Kind.FIGURE ? order.reversed() : order;
  }

  Column neighbour(int step) {
    return values()[Math.floorMod(ordinal() + step, values().length)];
  }
}
