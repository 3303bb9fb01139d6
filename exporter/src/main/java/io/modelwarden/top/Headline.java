// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import io.modelwarden.event.DisplayText;
import io.modelwarden.session.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;

/** The lines above the table: how the agent is, and what is going on in all. */
final class Headline {

  private static final String BETWEEN = "   ";

  private final Palette palette;

  Headline(Palette palette) {
    this.palette = palette;
  }

  /**
   * @param width of the terminal; longer lines are for the caller to cut
   */
  List<AttributedString> lines(Snapshot snapshot, int width) {
    List<AttributedString> lines = new ArrayList<>();
    lines.add(agent(snapshot.agent(), width));
    lines.add(sums(snapshot));
    if (!snapshot.agent().losses().isEmpty()) {
      lines.add(losses(snapshot.agent().losses()));
    }
    if (snapshot.readersLeftOut() > 0 || snapshot.endedForgotten() > 0) {
      lines.add(
          new AttributedString(
              "not shown: %d more readers, %d that ended"
                  .formatted(snapshot.readersLeftOut(), snapshot.endedForgotten()),
              palette.alarm));
    }
    return lines;
  }

  private AttributedString agent(AgentState agent, int width) {
    boolean all = agent.probesAttached() == agent.probes();
    AttributedStringBuilder line = new AttributedStringBuilder();
    line.append("modelwarden", palette.strong)
        .append(BETWEEN)
        .append("up " + Amounts.duration(agent.uptimeSeconds()))
        .append(BETWEEN)
        .append(
            "probes %d/%d".formatted(agent.probesAttached(), agent.probes()),
            all ? palette.plain : palette.alarm)
        .append(BETWEEN)
        .append("armed %d, holding %d".formatted(agent.processesArmed(), agent.processesHolding()))
        .append(agent.losses().isEmpty() ? BETWEEN + "no losses" : "");
    String which = BETWEEN + DisplayText.escape(agent.version() + " on " + agent.host());
    return line.append(line.columnLength() + which.length() <= width ? which : "", palette.faint)
        .toAttributedString();
  }

  private AttributedString sums(Snapshot snapshot) {
    long reading = 0;
    long sending = 0;
    long ended = 0;
    for (Reader reader : snapshot.readers()) {
      reading += reader.readings().stream().mapToLong(part -> part.bytesPerSecond()).sum();
      sending += reader.sent().bytesPerSecond();
      ended += reader.ended() ? 1 : 0;
    }
    long models =
        snapshot.readers().stream()
            .flatMap(reader -> reader.readings().stream())
            .map(part -> part.model().name())
            .distinct()
            .count();
    return new AttributedString(
        String.join(
            BETWEEN,
            "models " + models,
            "readers %d (%d ended)".formatted(snapshot.readers().size(), ended),
            "reading " + rate(reading),
            "sending " + rate(sending)));
  }

  private static String rate(long bytesPerSecond) {
    return bytesPerSecond == 0 ? "nothing" : Amounts.bytes(bytesPerSecond) + "/s";
  }

  /** What was lost is no secret of the log. */
  private AttributedString losses(Map<String, Long> losses) {
    long sum = losses.values().stream().mapToLong(Long::longValue).sum();
    String reasons =
        losses.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .map(loss -> DisplayText.escape(loss.getKey()) + " " + loss.getValue())
            .collect(Collectors.joining(", "));
    return new AttributedString("losses " + sum + ": " + reasons, palette.alarm);
  }
}
