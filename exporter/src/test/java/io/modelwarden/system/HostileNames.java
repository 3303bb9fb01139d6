// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import java.util.List;

/**
 * What whoever names a file, a model or a program could call it to get out of where names stand.
 */
final class HostileNames {

  /**
   * Parts of names that mean something to OTTL, PromQL, templates, regular expressions, YAML or the
   * collector.
   */
  static final List<String> ALL =
      List.of(
          "a\"b",
          "a\\b",
          "a\\",
          "a\\\"b",
          "a'b",
          "''",
          "a$b",
          "$",
          "$$",
          "$1",
          "${1}",
          "${env:HOME}",
          "$${env:HOME}",
          "$$${env:HOME}",
          "${HOME}",
          "\\${env:HOME}",
          "${yaml:x}",
          "x\") or true or IsMatch(\"x",
          "x\" or \"x\" == \"x",
          "x\"] == nil or span.attributes[\"x",
          "x\"' or '",
          "a.b+c(d)[e]{f}|g^h",
          "x)|(.",
          "a|b",
          "\\Qa\\E",
          "\\n",
          "\\u0041",
          "\\x41",
          " a ",
          "a  b",
          "a: b # c",
          "- a",
          "x\"} or vector(1) or y{z=\"",
          "x`} or vector(1) or y{z=`",
          "%s %n",
          "{{ a }}",
          "{{ $value }}",
          "{{ printf \"%s\" `x` }}",
          "&a !b @c `d`",
          "~",
          "日本語",
          "é€😀");

  private HostileNames() {}
}
