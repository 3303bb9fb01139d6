// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.policy.Manifest;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Says whether a manifest is one. */
@Command(
    name = "check",
    description = "Check a manifest, and say what is in it.",
    mixinStandardHelpOptions = true)
final class PolicyCheckCommand implements Runnable {

  @Parameters(paramLabel = "FILE", description = "The manifest.")
  Path file;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().getOut().println(file + ": " + Manifest.load(file).summary());
  }
}
