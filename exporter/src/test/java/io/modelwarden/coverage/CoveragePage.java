// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.coverage;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Makes docs/coverage.md, and compares it with what a run of all tests has shown. */
final class CoveragePage {

  private CoveragePage() {}

  /** Fails if the page says anything else than the last run of all tests has shown. */
  public static void main(String[] arguments) throws IOException {
    Path repository = Path.of(arguments[0]);
    String shown = of(new PlayedWays(repository).passed());
    String told = Files.readString(in(repository), UTF_8);
    if (shown.equals(told)) {
      return;
    }
    System.err.println(in(repository) + " differs from what the tests have shown:");
    missing(told, shown).forEach(line -> System.err.println("not shown: " + line));
    missing(shown, told).forEach(line -> System.err.println("not told:  " + line));
    System.exit(1);
  }

  static Path in(Path repository) {
    return repository.resolve("docs/coverage.md");
  }

  static String of(Collection<PlayedWay> played) {
    Map<String, List<PlayedWay>> ways = byName(played);
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # Ways to take a model, each played

        Made from the tests, and compared by `make test` with those that it ran and that passed. *Exact* is to the
        byte, *bounded* from above or from both sides. What is not seen, and why: [blind spots](blind-spots.md).

        """);
    page.append(summary(ways));
    for (Kind kind : Kind.values()) {
      section(page, kind, ways);
    }
    return page.toString();
  }

  private static Map<String, List<PlayedWay>> byName(Collection<PlayedWay> played) {
    Map<String, List<PlayedWay>> ways =
        played.stream()
            .sorted(Comparator.comparing(PlayedWay::test))
            .collect(Collectors.groupingBy(PlayedWay::name, TreeMap::new, Collectors.toList()));
    ways.values().forEach(CoveragePage::requireAgreement);
    return ways;
  }

  private static void requireAgreement(List<PlayedWay> same) {
    for (PlayedWay other : same) {
      if (!other.agreesWith(same.get(0))) {
        throw new IllegalStateException(same.get(0) + " and " + other + " disagree");
      }
    }
  }

  private static String summary(Map<String, List<PlayedWay>> ways) {
    List<String> parts = new ArrayList<>();
    Map<Bytes, String> words =
        Map.of(
            Bytes.EXACT, "counted to the byte",
            Bytes.BOUNDED, "bounded",
            Bytes.UNCOUNTED, "seen without their bytes",
            Bytes.UNSEEN, "not seen");
    for (Bytes bytes : Bytes.values()) {
      long count = ways.values().stream().filter(same -> same.get(0).bytes() == bytes).count();
      parts.add(count + " " + words.get(bytes));
    }
    return "%d ways: %s.%n".formatted(ways.size(), String.join(", ", parts));
  }

  private static void section(StringBuilder page, Kind kind, Map<String, List<PlayedWay>> ways) {
    List<List<PlayedWay>> rows =
        ways.values().stream().filter(same -> same.get(0).kind() == kind).toList();
    if (rows.isEmpty()) {
      return;
    }
    page.append("\n## ").append(kind.title).append("\n\n");
    page.append("| way | seen | bytes | by | Linux | played by |\n|---|---|---|---|---|---|\n");
    rows.forEach(same -> page.append(row(same)));
  }

  private static String row(List<PlayedWay> same) {
    PlayedWay way = same.get(0);
    String name = way.note().isEmpty() ? way.name() : way.name() + " (" + way.note() + ")";
    List<String> cells =
        List.of(
            name,
            way.bytes().seen,
            way.bytes().counted,
            hooks(way),
            kernel(way),
            same.stream().map(each -> "`" + each.test() + "`").collect(Collectors.joining(", ")));
    return "| " + String.join(" | ", cells) + " |\n";
  }

  private static String hooks(PlayedWay way) {
    return way.hooks().isEmpty()
        ? "–"
        : way.hooks().stream()
            .map(hook -> "`" + hook.label + "`")
            .collect(Collectors.joining(", "));
  }

  private static String kernel(PlayedWay way) {
    return way.hooks().isEmpty()
        ? "–"
        : "6." + way.hooks().stream().mapToInt(hook -> hook.minor).max().getAsInt();
  }

  /** Lines of one text that the other has not. */
  private static List<String> missing(String text, String other) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    lines.removeAll(other.lines().toList());
    return lines;
  }
}
