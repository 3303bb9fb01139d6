// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.btf.BtfException;
import io.modelwarden.config.ConfigurationException;
import io.modelwarden.libbpf.BpfException;
import io.modelwarden.telemetry.TelemetryConfigurationException;
import io.modelwarden.top.AgentUnreachable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line. */
@Command(
    name = "modelwarden",
    description = "Sees who reads model weights, how much, and what leaves the machine afterwards.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.Provider.class,
    footer = {
      "",
      "Exit codes: 0 good, 1 bad configuration or arguments,",
      "2 the kernel or the privileges do not allow it, 3 anything else.",
      "",
      "Examples:",
      "  modelwarden doctor",
      "  modelwarden run --config /etc/modelwarden/modelwarden.yaml",
      "  modelwarden top",
      "  modelwarden policy check policy.yaml",
      "  OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 modelwarden run"
    })
public final class Main {

  private static final Map<String, Class<?>> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put("run", RunCommand.class);
    COMMANDS.put("doctor", DoctorCommand.class);
    COMMANDS.put("top", TopCommand.class);
    COMMANDS.put("policy", PolicyCommand.class);
    COMMANDS.put("audit", AuditCommand.class);
    COMMANDS.put("version", VersionCommand.class);
    COMMANDS.put("warm-up", WarmUpCommand.class);
  }

  @Option(
      names = "--debug",
      scope = CommandLine.ScopeType.INHERIT,
      description = "Show the whole error with its stack trace.")
  boolean debug;

  Main() {}

  public static void main(String[] arguments) {
    Logging.install();
    System.exit(executeOrSayWhy(arguments));
  }

  /** Errors of the machine, such as a missing library of JNA, are no exceptions to picocli. */
  private static int executeOrSayWhy(String... arguments) {
    try {
      return execute(arguments);
    } catch (Error failure) {
      if (List.of(arguments).contains("--debug")) {
        failure.printStackTrace();
      }
      System.err.println(
          "modelwarden: " + new ConfigurationException(failure.toString()).getMessage());
      return ExitCode.OTHER;
    }
  }

  static int execute(String... arguments) {
    Main main = new Main();
    CommandLine commands = new CommandLine(main);
    addCommands(commands, arguments.length == 0 ? "" : arguments[0]);
    commands.setCaseInsensitiveEnumValuesAllowed(true);
    commands.setParameterExceptionHandler(
        (wrong, given) -> {
          // arguments are settings: shown on one line whatever they hold
          String line =
              new ConfigurationException(wrong.getMessage() + " (see --help)").getMessage();
          commands.getErr().println("modelwarden: " + line);
          return ExitCode.BAD_CONFIGURATION;
        });
    commands.setExecutionExceptionHandler(
        (failure, command, result) -> {
          if (main.debug) {
            failure.printStackTrace(commands.getErr());
          }
          commands.getErr().println("modelwarden: " + message(failure));
          return exitCode(failure);
        });
    return commands.execute(arguments);
  }

  /** The one that is named alone: reading the options of all delays each start. */
  private static void addCommands(CommandLine commands, String name) {
    Class<?> named = COMMANDS.get(name);
    if (named != null) {
      commands.addSubcommand(named);
      return;
    }
    COMMANDS.values().forEach(commands::addSubcommand);
    commands.addSubcommand(GenerateCompletion.class);
  }

  private static String message(Exception failure) {
    String text = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    return isExpected(failure)
        ? text
        : failure.getClass().getSimpleName() + ": " + text + " (--debug shows where)";
  }

  private static boolean isExpected(Exception failure) {
    return failure instanceof AgentUnreachable || exitCode(failure) != ExitCode.OTHER;
  }

  private static int exitCode(Exception failure) {
    if (failure instanceof ConfigurationException
        || failure instanceof TelemetryConfigurationException) {
      return ExitCode.BAD_CONFIGURATION;
    }
    if (failure instanceof AgentUnreachable unreachable) {
      return unreachable.isNotPermitted() ? ExitCode.KERNEL_REFUSES : ExitCode.OTHER;
    }
    return failure instanceof BpfException || failure instanceof BtfException
        ? ExitCode.KERNEL_REFUSES
        : ExitCode.OTHER;
  }
}
