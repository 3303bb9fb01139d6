// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import io.modelwarden.config.ConfigurationException;
import io.modelwarden.config.YamlNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** The readers that are known, as a file with one on each line: to be read, edited and merged. */
public final class LearnedReaders {

  private static final int MOST = 5000;
  private static final List<String> FIELDS =
      List.of("host", "namespace", "workload", "model", "executable", "origin");

  private final SortedSet<Reader> readers = new TreeSet<>();

  /** Nothing if there is no such file yet. */
  public static LearnedReaders load(Path file) {
    LearnedReaders learned = new LearnedReaders();
    if (!Files.notExists(file)) {
      YamlNode.read(file)
          .filter(root -> !root.isEmpty())
          .ifPresent(root -> learned.parse(new Fields("", root, List.of("readers"))));
    }
    return learned;
  }

  private void parse(Fields file) {
    for (YamlNode node : file.rules("readers")) {
      if (!add(reader(new Fields("readers", node, FIELDS)))) {
        throw node.refused("readers: is there twice: keep one");
      }
    }
  }

  private static Reader reader(Fields fields) {
    Place place = fields.place();
    return new Reader(
        place,
        fields.one("model", Values::name),
        fields.one("executable", Values::path),
        place.isHost()
            ? Facts.HOST
            : fields.<String>one("origin", text -> Values.oneOf(Facts.ORIGINS, text)));
  }

  /** False if it is known already. */
  boolean add(Reader reader) {
    if (readers.size() >= MOST && !readers.contains(reader)) {
      throw new ConfigurationException(
          "more than "
              + MOST
              + " readers: so many are no habit; learn from less, or allow them by the manifest");
    }
    return readers.add(reader);
  }

  public int size() {
    return readers.size();
  }

  /** The file that {@link #load} reads. */
  public String render() {
    StringBuilder text =
        new StringBuilder(
            """
            # Who has read which model, by `modelwarden policy learn`, which adds to it. Delete what should not
            # have: it is a finding again after the next run.
            readers:
            """);
    for (Reader reader : readers) {
      text.append("  - {")
          .append(
              reader.place().isHost() ? "host: true" : "namespace: " + reader.place().namespace())
          .append(", workload: ")
          .append(quoted(reader.place().workload()))
          .append(", model: ")
          .append(quoted(reader.model()))
          .append(", executable: ")
          .append(quoted(reader.executable()))
          .append(reader.place().isHost() ? "" : ", origin: " + reader.origin())
          .append("}\n");
    }
    return text.toString();
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** The processor of the lane that finds new readers. */
  public String renderProcessor() {
    return """
        # Rendered by `modelwarden policy learn` (%d readers): change the set of readers, not this file.
        # A condition that is true takes a span or log event out of its lane: its reader is known.

        """
            .formatted(readers.size())
        + CollectorPolicy.processors(
            CollectorPolicy.access(
                "new_reader_learned", readers.stream().map(Reader::rule).toList()));
  }
}
