// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.telemetry.Telemetry;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What is running. */
@Command(name = "version", description = "Show the versions of agent, schema, Java and kernel.")
final class VersionCommand implements Runnable {

  static final String VERSION =
      VersionCommand.class.getPackage().getImplementationVersion() == null
          ? "development"
          : VersionCommand.class.getPackage().getImplementationVersion();

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    for (String line : lines()) {
      spec.commandLine().getOut().println(line);
    }
  }

  private static String[] lines() {
    return new String[] {
      "modelwarden " + VERSION,
      "schema      " + Telemetry.SCHEMA_VERSION,
      "java        " + Runtime.version(),
      "kernel      " + System.getProperty("os.version") + " " + System.getProperty("os.arch")
    };
  }

  /** For --version. */
  static final class Provider implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return lines();
    }
  }
}
