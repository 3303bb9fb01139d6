// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.config.ConfigurationException;
import io.modelwarden.config.SettingsLoader;
import io.modelwarden.top.AgentClient;
import io.modelwarden.top.AgentUnreachable;
import io.modelwarden.top.Column;
import io.modelwarden.top.LiveTop;
import io.modelwarden.top.PlainTable;
import io.modelwarden.top.View;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Looks at the running agent. */
@Command(
    name = "top",
    description = {
      "Show live who reads which model, how much of it, and where it sends.",
      "Asks the agent that runs on this machine; needs its user, and nothing of the kernel.",
      "Without a terminal it prints a plain table each time."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Keys: q quit, / filter, < > sort, r reverse, f rows by file, p pause, ? help.",
      "",
      "Exit codes: 0 good, 1 wrong arguments or settings, 2 not permitted,",
      "3 no agent answers.",
      "",
      "Examples:",
      "  modelwarden top",
      "  modelwarden top --once --filter llama --sort sent",
      "  modelwarden top --once --output json |",
      "    jq '.readers[] | select(.sent.scope == \"public\") | {pid, sent}'"
    })
final class TopCommand implements Callable<Integer> {

  /** An option of the enum's type would load the whole table at each start of an agent. */
  static final class ColumnNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Column.names().iterator();
    }
  }

  enum Output {
    TEXT,
    JSON
  }

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings of the agent, for its top.socket. Defaults without it.")
  @Nullable Path config;

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = "Socket of the agent, instead of that in the settings.")
  @Nullable Path socket;

  @Option(names = "--once", description = "Print one table, or one document, and end.")
  boolean once;

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      description = "text, or json with one document on each line (default: text).",
      defaultValue = "TEXT")
  Output output;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      description = "Time between looks, 0.5 to 3600 (default: 2).",
      defaultValue = "2")
  double interval;

  @Option(
      names = "--sort",
      paramLabel = "COLUMN",
      description = "One of: ${COMPLETION-CANDIDATES} (default: rate).",
      completionCandidates = ColumnNames.class,
      defaultValue = "rate")
  String sort;

  @Option(names = "--reverse", description = "Turn the order round.")
  boolean reverse;

  @Option(
      names = "--filter",
      paramLabel = "TEXT",
      description = "Only rows with this in a name, pid or peer, in any case.",
      defaultValue = "")
  String filter;

  @Option(names = "--files", description = "A row for each file instead of one for each model.")
  boolean files;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException, AgentUnreachable {
    if (!(interval >= 0.5 && interval <= 3600)) {
      throw new ConfigurationException("--interval: " + interval + " is not from 0.5 to 3600");
    }
    AgentClient agent = new AgentClient(socket());
    View view = new View(column(), reverse, files, filter);
    Duration pause = Duration.ofMillis(Math.round(interval * 1000));
    boolean terminal = System.console() != null;
    boolean live = terminal && !once && output == Output.TEXT;
    if (!live || !LiveTop.show(agent, view, pause)) {
      int width = terminal ? LiveTop.width() : PlainTable.ANY_WIDTH;
      do {
        print(output == Output.JSON ? json(agent) : table(agent, view, width));
      } while (!once && !System.out.checkError() && pause(pause));
    }
    return ExitCode.GOOD;
  }

  private Column column() {
    try {
      return Column.valueOf(sort.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException wrong) {
      throw new ConfigurationException(
          "--sort: '%s' is no column: use one of %s"
              .formatted(sort, String.join(", ", Column.names())));
    }
  }

  private Path socket() {
    Path path = socket == null ? SettingsLoader.load(config, System.getenv()).topSocket() : socket;
    if (path == null) {
      throw new ConfigurationException(
          "top.socket: is set to nothing, so that no agent can be looked at: set it, or name a --socket");
    }
    return path.toAbsolutePath();
  }

  private static String json(AgentClient agent) throws AgentUnreachable {
    return new String(agent.document(), StandardCharsets.US_ASCII);
  }

  private String table(AgentClient agent, View view, int width) throws AgentUnreachable {
    List<String> lines = PlainTable.lines(agent.snapshot(), view, width, Charset.defaultCharset());
    return String.join("\n", lines) + (once ? "\n" : "\n\n");
  }

  private void print(String text) {
    spec.commandLine().getOut().print(text);
    spec.commandLine().getOut().flush();
  }

  private static boolean pause(Duration pause) throws InterruptedException {
    Thread.sleep(pause.toMillis());
    return true;
  }
}
