// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Commands without what looks secret. A guess by form: a password that looks like any other word
 * stays, which is why commands have to be asked for.
 */
final class Commands {

  static final int MOST_ARGUMENTS = 64;
  private static final int LONGEST = 1024;
  private static final int LONGEST_ARGUMENT = 512;
  private static final String HIDDEN = "***";

  private static final String QUOTED = "\"[^\"]*(?:\"|$)|'[^']*(?:'|$)";
  private static final String SECRET_WORD =
      "(?:pass|pwd|secret|token|credential|auth|cookie|key|session|sig)";

  /** {@code NAME=value}: values of any name, as nobody can list the names. */
  private static final Pattern ASSIGNED = Pattern.compile("=(?:" + QUOTED + "|[^\\s&;|]+)");

  private static final Pattern OF_OPTION =
      Pattern.compile(
          "(?i)(?<![\\w-])(--?[\\w-]{0,40}"
              + SECRET_WORD
              + "[\\w-]{0,40}|-[pu])\\s+(?:"
              + QUOTED
              + "|\\S+)");
  private static final Pattern OF_HEADER =
      Pattern.compile("(?i)([\\w-]{0,40}" + SECRET_WORD + "[\\w-]{0,40}\\s{0,4}:)[^\"'\\n]+");
  private static final Pattern OF_SCHEME = Pattern.compile("(?i)\\b(bearer|basic)\\s+\\S+");
  private static final Pattern IN_URL = Pattern.compile("://[^/\\s@]{1,512}@");
  private static final Pattern KNOWN =
      Pattern.compile(
          "\\b(?:sk-|hf_|gh[pousr]_|github_pat_|glpat-|xox[a-z]-|AKIA|ASIA|AIza|eyJ)[\\w.+/=-]{8,}");

  /** Long, with digits, and no path or file: whole words only, so that names of models stay. */
  private static final Pattern RANDOM =
      Pattern.compile(
          "(?<![\\w./+=:-])(?=[\\w+=-]{0,200}[0-9])(?=[\\w+=-]{0,200}[A-Za-z])[\\w+/=-]{24,}"
              + "(?![\\w./:])");

  private static final Pattern OPTION_ALONE =
      Pattern.compile("(?i)--?[\\w-]{0,40}" + SECRET_WORD + "[\\w-]{0,40}|-[pu]");

  private Commands() {}

  static List<String> redacted(List<String> arguments) {
    List<String> shown = new ArrayList<>();
    boolean secret = false;
    int length = 0;
    for (String argument : arguments) {
      if (shown.size() == MOST_ARGUMENTS || length >= LONGEST) {
        shown.add("…");
        break;
      }
      String text = secret ? HIDDEN : redacted(argument);
      shown.add(text);
      length += text.length();
      secret = OPTION_ALONE.matcher(start(argument)).matches();
    }
    return List.copyOf(shown);
  }

  private static String redacted(String argument) {
    String text = start(argument);
    text = IN_URL.matcher(text).replaceAll("://" + HIDDEN + "@");
    text = ASSIGNED.matcher(text).replaceAll("=" + HIDDEN);
    text = OF_OPTION.matcher(text).replaceAll("$1 " + HIDDEN);
    text = OF_HEADER.matcher(text).replaceAll("$1 " + HIDDEN);
    text = OF_SCHEME.matcher(text).replaceAll("$1 " + HIDDEN);
    text = KNOWN.matcher(text).replaceAll(HIDDEN);
    text = RANDOM.matcher(text).replaceAll(HIDDEN);
    String shown = Texts.shown(text, LONGEST_ARGUMENT);
    return argument.length() > LONGEST_ARGUMENT && !shown.endsWith("…") ? shown + "…" : shown;
  }

  private static String start(String argument) {
    return argument.substring(0, Math.min(argument.length(), LONGEST_ARGUMENT));
  }
}
