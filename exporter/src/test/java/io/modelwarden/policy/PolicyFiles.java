// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes the policy files that are committed: those of an empty manifest, which collector and
 * Prometheus load until there is one, and what the example is rendered to. The only argument is the
 * repository.
 */
public final class PolicyFiles {

  record Rendered(Path path, String text) {}

  private PolicyFiles() {}

  public static void main(String[] arguments) throws IOException {
    for (Rendered file : all(Path.of(arguments[0]))) {
      Files.writeString(file.path(), file.text());
    }
  }

  static Path example(Path repository) {
    return repository.resolve("docs/examples/policy.yaml");
  }

  static List<Rendered> all(Path repository) {
    Manifest none = new Manifest(List.of(), List.of(), List.of(), List.of());
    Manifest example = Manifest.load(example(repository));
    Path golden = repository.resolve("exporter/src/test/resources/policy");
    return List.of(
        new Rendered(
            repository.resolve("otel-collector-config/policy.yaml"), CollectorPolicy.render(none)),
        new Rendered(
            repository.resolve("otel-collector-config/learned.yaml"),
            new LearnedReaders().renderProcessor()),
        new Rendered(
            repository.resolve("alert-rules/policy.rules.yaml"), PrometheusPolicy.render(none)),
        new Rendered(golden.resolve("example.policy.yaml"), CollectorPolicy.render(example)),
        new Rendered(
            golden.resolve("example.policy.rules.yaml"), PrometheusPolicy.render(example)));
  }
}
