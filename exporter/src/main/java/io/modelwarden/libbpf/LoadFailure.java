// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import java.util.List;

/** Finds in what libbpf printed why an object was not loaded. */
final class LoadFailure {

  private static final String BEGIN = "-- BEGIN PROG LOAD LOG --";
  private static final String END = "-- END PROG LOAD LOG --";
  private static final int LONGEST = 300;

  private LoadFailure() {}

  /**
   * One line: the program and the verifier's verdict, which is the last line of its walk; without a
   * walk the last line that names a program; empty if nothing tells.
   */
  static String reason(List<String> lines) {
    String program = "";
    String verdict = "";
    String remark = "";
    boolean walking = false;
    for (String line : lines) {
      if (line.contains(BEGIN)) {
        walking = true;
        program = line.substring(0, line.indexOf(BEGIN));
        verdict = "";
      } else if (line.contains(END)) {
        walking = false;
      } else if (walking && tells(line)) {
        verdict = line;
      } else if (!walking && line.startsWith("libbpf: prog")) {
        remark = line;
      }
    }
    return shorten(verdict.isEmpty() ? remark : program + verdict);
  }

  private static boolean tells(String line) {
    return !line.isBlank()
        && !line.startsWith("processed ")
        && !line.startsWith("verification time")
        && !line.startsWith("stack depth");
  }

  private static String shorten(String reason) {
    String text = reason.replaceFirst("^libbpf: ", "").strip();
    return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
  }
}
