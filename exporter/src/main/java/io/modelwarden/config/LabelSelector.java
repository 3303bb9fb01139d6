// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** A selector of labels as kubectl takes it: all of its requirements hold. */
public record LabelSelector(List<Requirement> requirements) {

  /** How a label is compared; a label that is not there fulfils the negative ones. */
  public enum Operator {
    EXISTS,
    ABSENT,
    IN,
    NOT_IN,
    GREATER,
    LESS
  }

  /**
   * @param values of IN and NOT_IN; of GREATER and LESS the one number
   */
  public record Requirement(String key, Operator operator, Set<String> values) {

    boolean holds(Map<String, String> labels) {
      String value = labels.get(key);
      return switch (operator) {
        case EXISTS -> value != null;
        case ABSENT -> value == null;
        case IN -> value != null && values.contains(value);
        case NOT_IN -> value == null || !values.contains(value);
        case GREATER -> compared(value) > 0;
        case LESS -> compared(value) < 0;
      };
    }

    /** As Kubernetes does: a value that is no number is neither greater nor less. */
    private int compared(@org.jspecify.annotations.Nullable String value) {
      return value != null && NUMBER.matcher(value).matches()
          ? Long.compare(Long.parseLong(value), Long.parseLong(values.iterator().next()))
          : 0;
    }
  }

  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}");
  private static final Pattern VALUE =
      Pattern.compile("([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?");

  /**
   * @throws IllegalArgumentException if it is no selector, worded to follow its text
   */
  static LabelSelector parse(String text) {
    return new Parser(text).parse();
  }

  public boolean matches(Map<String, String> labels) {
    return requirements.stream().allMatch(requirement -> requirement.holds(labels));
  }

  private static final class Parser {

    private static final String SPECIAL = ",()=!<>";

    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    LabelSelector parse() {
      List<Requirement> requirements = new ArrayList<>();
      do {
        requirements.add(requirement());
      } while (take(","));
      if (at < text.length()) {
        throw wrong("a comma");
      }
      return new LabelSelector(List.copyOf(requirements));
    }

    private Requirement requirement() {
      if (take("!")) {
        return new Requirement(key(), Operator.ABSENT, Set.of());
      }
      String key = key();
      if (take("==") || take("=")) {
        return new Requirement(key, Operator.IN, Set.of(value()));
      }
      if (take("!=")) {
        return new Requirement(key, Operator.NOT_IN, Set.of(value()));
      }
      if (take(">")) {
        return new Requirement(key, Operator.GREATER, Set.of(number()));
      }
      if (take("<")) {
        return new Requirement(key, Operator.LESS, Set.of(number()));
      }
      int before = at;
      switch (word()) {
        case "":
          return new Requirement(key, Operator.EXISTS, Set.of());
        case "in":
          return new Requirement(key, Operator.IN, values());
        case "notin":
          return new Requirement(key, Operator.NOT_IN, values());
        default:
          at = before;
          throw wrong("one of =, ==, !=, in, notin, <, >");
      }
    }

    private String key() {
      int before = at;
      String key = word();
      try {
        return Rules.labelKey(key);
      } catch (IllegalArgumentException noKey) {
        at = before;
        throw wrong("the key of a label");
      }
    }

    private String value() {
      int before = at;
      String value = word();
      if (!VALUE.matcher(value).matches()) {
        at = before;
        throw wrong("the value of a label");
      }
      return value;
    }

    private String number() {
      int before = at;
      String number = word();
      if (!NUMBER.matcher(number).matches()) {
        at = before;
        throw wrong("a whole number");
      }
      return number;
    }

    private Set<String> values() {
      if (!take("(")) {
        throw wrong("values in parentheses");
      }
      Set<String> values = new TreeSet<>();
      do {
        values.add(value());
      } while (take(","));
      if (!take(")")) {
        throw wrong("a closing parenthesis");
      }
      return Set.copyOf(values);
    }

    private boolean take(String token) {
      skipSpace();
      if (!text.startsWith(token, at)) {
        return false;
      }
      at += token.length();
      return true;
    }

    /** Empty at the end or in front of a special character. */
    private String word() {
      skipSpace();
      int start = at;
      while (at < text.length() && !isSpace(at) && SPECIAL.indexOf(text.charAt(at)) < 0) {
        at++;
      }
      return text.substring(start, at);
    }

    private void skipSpace() {
      while (at < text.length() && isSpace(at)) {
        at++;
      }
    }

    private boolean isSpace(int index) {
      return Character.isWhitespace(text.charAt(index));
    }

    private IllegalArgumentException wrong(String wanted) {
      skipSpace();
      String rest = at < text.length() ? "'" + text.substring(at) + "'" : "its end";
      return new IllegalArgumentException(
          "needs " + wanted + " at " + rest + ": write it as for kubectl get -l");
    }
  }
}
