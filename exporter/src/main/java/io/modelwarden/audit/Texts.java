// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import io.modelwarden.event.DisplayText;

/** Users choose their names, agents and commands: bounded, and nothing that steers a terminal. */
final class Texts {

  static final int LONGEST = 256;

  private Texts() {}

  static String shown(String text) {
    return shown(text, LONGEST);
  }

  static String shown(String text, int longest) {
    return cut(DisplayText.escape(cut(text, longest)), longest);
  }

  private static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest - 1) + "…";
  }
}
