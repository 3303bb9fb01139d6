// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import java.io.IOException;
import java.time.Duration;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** The terminal that this runs in, if it does. */
public final class LiveTop {

  private LiveTop() {}

  /** Columns of the terminal. */
  public static int width() throws IOException {
    try (Terminal terminal = terminal()) {
      return terminal.getWidth() > 0 ? terminal.getWidth() : PlainTable.ANY_WIDTH;
    }
  }

  /**
   * Shows the table until somebody quits.
   *
   * @param interval between looks at the agent
   * @return false if the terminal can only print, so that nothing was shown
   */
  public static boolean show(AgentClient agent, View view, Duration interval)
      throws IOException, InterruptedException, AgentUnreachable {
    Snapshot first = agent.snapshot();
    try (Terminal terminal = terminal()) {
      if (terminal.getType().startsWith(Terminal.TYPE_DUMB)) {
        return false;
      }
      new Screen(terminal, new Refresher(agent, first, interval), view).run();
      return true;
    }
  }

  private static Terminal terminal() throws IOException {
    return TerminalBuilder.builder().system(true).dumb(true).build();
  }
}
