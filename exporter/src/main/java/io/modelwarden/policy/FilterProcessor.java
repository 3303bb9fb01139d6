// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import java.util.List;
import java.util.function.Function;

/** A processor of the collector that takes out what is allowed, of spans and of log events. */
record FilterProcessor(String name, Function<Ottl, List<Condition>> conditions) {

  private static final String INDENT = "          ";

  String render() {
    StringBuilder text = new StringBuilder("  filter/" + name + ":\n    error_mode: ignore\n");
    append(text, "trace_conditions", new Ottl("span"));
    append(text, "log_conditions", new Ottl("log"));
    return text.toString();
  }

  private void append(StringBuilder text, String key, Ottl ottl) {
    text.append("    ").append(key).append(":\n");
    List<Condition> some = conditions.apply(ottl);
    // The collector takes no empty list, and would keep that of an earlier file in its place.
    for (Condition condition : some.isEmpty() ? List.of(ottl.never()) : some) {
      text.append("      - ").append(scalar(condition.render(INDENT))).append('\n');
    }
  }

  /**
   * The collector replaces variables in all that it reads, also in quotes; YAML folds the lines.
   */
  private static String scalar(String condition) {
    return "'" + condition.replace("$", "$$").replace("'", "''") + "'";
  }
}
