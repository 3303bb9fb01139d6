// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import io.modelwarden.event.DisplayText;
import io.modelwarden.session.Reader;
import io.modelwarden.session.Reading;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line of the table: what a process took of a file, or of all files of a model together.
 *
 * @param file path, or the folder of several with their number
 * @param share of the model's size, null if that is not known
 */
record Row(
    Reader reader,
    String model,
    String file,
    long bytes,
    @Nullable Double share,
    long bytesPerSecond) {

  /** One for each file. */
  static List<Row> byFile(Snapshot snapshot) {
    List<Row> rows = new ArrayList<>();
    for (Reader reader : snapshot.readers()) {
      for (Reading reading : reader.readings()) {
        rows.add(row(reader, List.of(reading)));
      }
    }
    return rows;
  }

  /** One for each process and model. */
  static List<Row> byModel(Snapshot snapshot) {
    List<Row> rows = new ArrayList<>();
    for (Reader reader : snapshot.readers()) {
      Map<String, List<Reading>> models = new LinkedHashMap<>();
      for (Reading reading : reader.readings()) {
        models.computeIfAbsent(reading.model().name(), ignored -> new ArrayList<>()).add(reading);
      }
      models.values().forEach(readings -> rows.add(row(reader, readings)));
    }
    return rows;
  }

  String peer() {
    Reader.Sent sent = reader.sent();
    if (sent.port() == 0) {
      return sent.peer();
    }
    String host = sent.peer().contains(":") ? "[" + sent.peer() + "]" : sent.peer();
    return host + ":" + sent.port();
  }

  /** With the namespace it is in. */
  String workload() {
    Reader.Place place = reader.workload();
    return place.namespace().isEmpty() ? place.name() : place.namespace() + "/" + place.name();
  }

  /** With the container in it; empty outside of pods and while it has no names. */
  String pod() {
    Reader.Place place = reader.workload();
    return place.container().isEmpty() ? place.pod() : place.pod() + "/" + place.container();
  }

  /** X ended, S sends now, R reads now, H holds what it took. */
  String state() {
    if (reader.ended()) {
      return "X";
    }
    if (reader.sent().bytesPerSecond() > 0) {
      return "S";
    }
    return bytesPerSecond > 0 ? "R" : "H";
  }

  /**
   * Whether any of its names has this in it.
   *
   * @param text in lower case
   */
  boolean matches(String text) {
    String names =
        String.join(
            "\n",
            model,
            file,
            reader.executable(),
            reader.executablePath(),
            String.valueOf(reader.pid()),
            workload(),
            pod(),
            reader.workload().containerId(),
            reader.origin(),
            peer(),
            reader.sent().scope());
    return DisplayText.escape(names).toLowerCase(Locale.ROOT).contains(text);
  }

  private static Row row(Reader reader, List<Reading> readings) {
    long bytes = 0;
    long rate = 0;
    double share = 0;
    boolean known = true;
    for (Reading reading : readings) {
      bytes += reading.bytes();
      rate += reading.bytesPerSecond();
      known &= reading.share() != null;
      share += reading.share() == null ? 0 : reading.share();
    }
    String model = readings.get(0).model().name();
    return new Row(reader, model, files(readings), bytes, known ? share : null, rate);
  }

  private static String files(List<Reading> readings) {
    String first = readings.get(0).file();
    if (readings.size() == 1) {
      return first;
    }
    String folder = first.substring(0, first.lastIndexOf('/') + 1);
    boolean more = readings.stream().anyMatch(part -> part.file().equals(Reading.MORE_FILES));
    return folder + "(" + readings.size() + (more ? " files or more)" : " files)");
  }
}
