// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.policy.LearnedReaders;
import io.modelwarden.policy.SpanReaders;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** From spans to the set of readers that are known. */
@Command(
    name = "learn",
    description = {
      "Add who has read which model to a set of readers, and write it for the collector.",
      "Each reader that is new is shown: look at them, for a thief would be learned too."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Exit codes: 0 good, 1 wrong files, or the collector refuses what is rendered.",
      "",
      "Example:",
      "  modelwarden policy learn spans.jsonl --set readers.yaml --collector learned.yaml"
    })
final class PolicyLearnCommand implements Runnable {

  @Parameters(
      paramLabel = "SPANS",
      arity = "0..*",
      description =
          "Files of the collector's file backend. Without one the set is rendered as it is.")
  List<Path> spans = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "FILE",
      required = true,
      description = "The set of readers; made if it is not there.")
  Path set;

  @Mixin PolicyOutput output;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    LearnedReaders learned = LearnedReaders.load(set);
    for (Path file : spans) {
      SpanReaders.Found found =
          SpanReaders.learn(file, learned, reader -> out.println("new: " + reader));
      out.println(
          "%s: %d accesses of models, %d left out for want of a name%s"
              .formatted(
                  file,
                  found.accesses(),
                  found.leftOut(),
                  found.incomplete() ? "; its last line is not complete" : ""));
    }
    output.write(learned.renderProcessor(), Map.of(set, learned.render()), out);
  }
}
