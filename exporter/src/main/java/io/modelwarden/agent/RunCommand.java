// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.config.Settings;
import io.modelwarden.config.SettingsLoader;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the agent until it is told to end. */
@Command(
    name = "run",
    description = "Watch model files and export OTLP until SIGTERM.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings in YAML; see docs/configuration.md. Defaults without it.")
  @Nullable Path config;

  @Override
  public Integer call() {
    Settings settings = SettingsLoader.load(config, System.getenv());
    SettingsWatch watch = config == null ? null : new SettingsWatch(config, System.getenv());
    try (Agent agent = Agent.start(settings, watch)) {
      agent.runUntilStopped();
    }
    return ExitCode.GOOD;
  }
}
