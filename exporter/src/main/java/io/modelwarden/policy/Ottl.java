// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Comparisons in the collector's language. One with a fact that is missing or of another type is
 * false, and what it stands for is not allowed; where a function would raise an error instead, it
 * is guarded.
 *
 * @param signal {@code span} or {@code log}
 */
record Ottl(String signal) {

  /** Of what an agent has sent, whatever it has sent: never true. */
  Condition never() {
    return Condition.of(signal.equals("log") ? "log.time == nil" : "span.name == nil");
  }

  Condition resourceIs(String name, String value) {
    return Condition.of(resource(name) + " == " + string(value));
  }

  Condition resourceLacks(String name) {
    return Condition.of(resource(name) + " == nil");
  }

  Condition lacks(String name) {
    return Condition.of(attribute(name) + " == nil");
  }

  Condition isTrue(String name) {
    return Condition.of(attribute(name) + " == true");
  }

  Condition isAtMost(String name, long value) {
    return Condition.of(attribute(name) + " <= " + value);
  }

  /** One comparison for one value; one expression, which costs the same for many, for more. */
  Condition isOneOf(String name, Collection<String> values) {
    return values.size() == 1
        ? Condition.of(attribute(name) + " == " + string(values.iterator().next()))
        : matches(name, Glob.regexOfTexts(values));
  }

  Condition isOneOfNumbers(String name, Collection<Integer> values) {
    return Condition.anyOf(
        values.stream().map(value -> Condition.of(attribute(name) + " == " + value)).toList());
  }

  Condition fitsOneOf(String name, Collection<String> patterns) {
    return matches(name, Glob.regexOfAny(patterns));
  }

  Condition isInOneOf(String name, Collection<String> cidrs) {
    String list = cidrs.stream().map(Ottl::string).collect(Collectors.joining(", "));
    return Condition.allOf(
        List.of(has(name), Condition.of("IsInCIDR(%s, [%s])".formatted(attribute(name), list))));
  }

  private Condition matches(String name, String regex) {
    return Condition.allOf(
        List.of(
            has(name), Condition.of("IsMatch(%s, %s)".formatted(attribute(name), string(regex)))));
  }

  private Condition has(String name) {
    return Condition.of(attribute(name) + " != nil");
  }

  private String attribute(String name) {
    return signal + ".attributes[" + string(name) + "]";
  }

  private static String resource(String name) {
    return "resource.attributes[" + string(name) + "]";
  }

  private static String string(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
