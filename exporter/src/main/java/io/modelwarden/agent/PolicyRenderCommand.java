// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.config.ConfigurationException;
import io.modelwarden.policy.CollectorPolicy;
import io.modelwarden.policy.Manifest;
import io.modelwarden.policy.PrometheusPolicy;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** From manifest to what collector and Prometheus load. */
@Command(
    name = "render",
    description = {
      "Write from a manifest what the collector and Prometheus load.",
      "Files are replaced as a whole, and none of them if anything is wrong."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Exit codes: 0 good, 1 wrong manifest, or the collector refuses what is rendered.",
      "",
      "Examples:",
      "  modelwarden policy render my-policy.yaml --collector policy.yaml \\",
      "    --rules policy.rules.yaml --collector-binary otelcol-contrib --with base.yaml \\",
      "    --with detection/unauthorised-reader.yaml --with backends/file.yaml"
    })
final class PolicyRenderCommand implements Runnable {

  @Parameters(paramLabel = "FILE", description = "The manifest.")
  Path file;

  @Mixin PolicyOutput output;

  @Option(
      names = "--rules",
      paramLabel = "FILE",
      description = "Where the recording rules for Prometheus are written.")
  @Nullable Path rules;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    if (output.collector == null && rules == null) {
      throw new ConfigurationException("nothing to write: name --collector, --rules or both");
    }
    Manifest manifest = Manifest.load(file);
    output.write(
        CollectorPolicy.render(manifest),
        rules == null ? Map.of() : Map.of(rules, PrometheusPolicy.render(manifest)),
        spec.commandLine().getOut());
  }
}
