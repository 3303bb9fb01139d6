// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

/** Says whether the agent would work here, and what to do if not. */
@Command(
    name = "doctor",
    description = "Show what this kernel offers and whether the agent would work.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {

  enum Output {
    TEXT,
    JSON
  }

  @Option(names = "--config", paramLabel = "FILE", description = "Settings to check as well.")
  @Nullable Path config;

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      description = "text or json (default: text).",
      defaultValue = "TEXT")
  Output output;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    List<Check> checks = Checks.run(config, System.getenv());
    for (String line : output == Output.JSON ? json(checks) : text(checks)) {
      spec.commandLine().getOut().println(line);
    }
    if (checks.stream().anyMatch(check -> check.status() == Check.Status.BAD_CONFIGURATION)) {
      return ExitCode.BAD_CONFIGURATION;
    }
    return checks.stream().anyMatch(check -> check.status() == Check.Status.FAIL)
        ? ExitCode.KERNEL_REFUSES
        : ExitCode.GOOD;
  }

  private static List<String> text(List<Check> checks) {
    Ansi ansi = System.getenv("NO_COLOR") == null ? Ansi.AUTO : Ansi.OFF;
    return checks.stream()
        .map(
            check ->
                "%s  %-28s %s"
                    .formatted(
                        ansi.string(check.status().marked()), check.name(), check.sentence()))
        .toList();
  }

  private static List<String> json(List<Check> checks) {
    List<String> lines = new java.util.ArrayList<>();
    lines.add("[");
    for (int i = 0; i < checks.size(); i++) {
      Check check = checks.get(i);
      lines.add(
          "  {\"name\": \"%s\", \"status\": \"%s\", \"detail\": \"%s\", \"remedy\": \"%s\"}%s"
              .formatted(
                  escape(check.name()),
                  check.status().label(),
                  escape(check.detail()),
                  escape(check.remedy()),
                  i + 1 < checks.size() ? "," : ""));
    }
    lines.add("]");
    return lines;
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", " ");
  }
}
