// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opentelemetry.api.common.AttributeKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds names of telemetry that configuration, rules, dashboards and documents use and the code
 * does not have. Known are metrics (as in OTLP and as in Prometheus), attributes (and as labels),
 * log events, and the rules that a collector's lane sets.
 */
public final class NameCheck {

  private static final List<String> FOLDERS =
      List.of("otel-collector-config", "alert-rules", "dashboards", "docs");
  private static final Set<String> TEXT = Set.of("yaml", "yml", "json", "md");

  // Not a part of a path, of a package, or of a recording rule's name (which has colons).
  private static final Pattern OURS =
      Pattern.compile(
          "(?<![A-Za-z0-9_./:-])(?:modelwarden|security_rule)[._][a-z0-9_.]*[a-z0-9]"
              + "(?![A-Za-z0-9/-]|_[a-z0-9]|:[a-z])");
  private static final Pattern IN_OTTL = Pattern.compile("attributes\\[\"([a-z0-9_.]+)\"\\]");
  private static final Pattern RULE =
      Pattern.compile("\"security_rule\\.name\"\\],\\s*\"([^\"]+)\"");
  private static final Pattern FILE_NAME =
      Pattern.compile(".*\\.(jar|yaml|yml|json|md|service|sock|conf|sh|log|env|txt)");

  private final Set<String> known = new TreeSet<>();

  private NameCheck(List<String> texts) {
    for (MetricSpec metric : MetricNames.all()) {
      known.add(metric.name());
      known.add(metric.prometheusName());
    }
    for (AttributeNames.Described attribute : AttributeNames.all()) {
      AttributeKey<?> key = attribute.key();
      known.add(key.getKey());
      known.add(key.getKey().replace('.', '_'));
    }
    known.addAll(SpanNames.events());
    texts.forEach(text -> RULE.matcher(text).results().forEach(rule -> known.add(rule.group(1))));
  }

  /** One line for each unknown name of each file: {@code file: name}. */
  public static List<String> unknownNames(Path repository) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String folder : FOLDERS) {
      if (Files.isDirectory(repository.resolve(folder))) {
        try (Stream<Path> tree = Files.walk(repository.resolve(folder))) {
          tree.filter(NameCheck::isText).sorted().forEach(files::add);
        }
      }
    }
    NameCheck check = new NameCheck(files.stream().map(NameCheck::read).toList());
    return files.stream()
        .flatMap(
            file ->
                check.unknownIn(read(file)).stream()
                    .map(name -> repository.relativize(file) + ": " + name))
        .collect(Collectors.toList());
  }

  /** Unknown names of one text whose rules are its own. */
  static Set<String> unknownNames(String text) {
    return new NameCheck(List.of(text)).unknownIn(text);
  }

  private Set<String> unknownIn(String text) {
    Set<String> unknown = new TreeSet<>();
    Matcher ours = OURS.matcher(text);
    while (ours.find()) {
      String name = ours.group();
      boolean wildcard = text.startsWith(".*", ours.end()) || text.startsWith("_.*", ours.end());
      if (!FILE_NAME.matcher(name).matches() && !isKnown(name, wildcard)) {
        unknown.add(name);
      }
    }
    IN_OTTL
        .matcher(text)
        .results()
        .map(result -> result.group(1))
        .filter(name -> !known.contains(name))
        .forEach(unknown::add);
    return unknown;
  }

  private boolean isKnown(String name, boolean wildcard) {
    return known.contains(name)
        || (wildcard && known.stream().anyMatch(longer -> longer.startsWith(name)));
  }

  private static boolean isText(Path file) {
    String name = file.getFileName().toString();
    return TEXT.contains(name.substring(name.lastIndexOf('.') + 1)) && Files.isRegularFile(file);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
