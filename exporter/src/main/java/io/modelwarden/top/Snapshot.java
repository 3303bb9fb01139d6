// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import io.modelwarden.session.LiveView;
import io.modelwarden.session.Reader;
import java.util.List;

/**
 * The document that an agent answers with on its socket, and {@code modelwarden top --output json}
 * prints: one JSON object on one line, with the names of these records. Sizes are bytes. What is
 * not known is left out. Names are written as they may be shown, with control characters as
 * backslash u and four digits, and everything beyond ASCII is escaped.
 *
 * @param schema 1; another number where a name changes its meaning
 * @param time when it was taken, ISO 8601 in UTC
 * @param readers those that took and sent most come first, with at most 1,000 readings in all
 * @param readersLeftOut further ones, with less
 * @param endedForgotten readers that ended and were dropped before the five minutes that they are
 *     kept for, because too many others ended; since the agent's start
 */
public record Snapshot(
    int schema,
    String time,
    AgentState agent,
    List<Reader> readers,
    int readersLeftOut,
    long endedForgotten) {

  static final int SCHEMA = 1;

  public static Snapshot of(String time, AgentState agent, LiveView view) {
    return new Snapshot(
        SCHEMA, time, agent, view.readers(), view.readersLeftOut(), view.endedForgotten());
  }
}
