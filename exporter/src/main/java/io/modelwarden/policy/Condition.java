// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import java.util.List;
import java.util.stream.Collectors;

/** A condition of the collector's language, over as many lines as a reader needs. */
final class Condition {

  private enum Kind {
    ONE,
    ALL,
    ANY
  }

  private final Kind kind;
  private final String text;
  private final List<Condition> parts;

  private Condition(Kind kind, String text, List<Condition> parts) {
    this.kind = kind;
    this.text = text;
    this.parts = parts;
  }

  static Condition of(String comparison) {
    return new Condition(Kind.ONE, comparison, List.of());
  }

  static Condition allOf(List<Condition> parts) {
    return join(Kind.ALL, parts);
  }

  static Condition anyOf(List<Condition> parts) {
    return join(Kind.ANY, parts);
  }

  private static Condition join(Kind kind, List<Condition> parts) {
    return parts.size() == 1 ? parts.get(0) : new Condition(kind, "", List.copyOf(parts));
  }

  /**
   * @param indent what each line after the first begins with
   */
  String render(String indent) {
    return switch (kind) {
      case ONE -> text;
      case ALL ->
          parts.stream()
              .map(part -> part.render(indent))
              .collect(Collectors.joining("\n" + indent + "and "));
      case ANY ->
          parts.stream()
              .map(part -> part.render(indent + "    "))
              .collect(Collectors.joining("\n" + indent + "  or ", "(\n" + indent + "  ", ")"));
    };
  }
}
