// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import java.util.Collection;

/** The known name that is nearest to a wrong one. */
public final class Suggestion {

  private Suggestion() {}

  /** A sentence to append to a message about a setting. */
  static String of(String wrong, Collection<String> known) {
    return of(wrong, known, "docs/configuration.md");
  }

  /**
   * A sentence to append to a message.
   *
   * @param page where all of them are described
   */
  public static String of(String wrong, Collection<String> known, String page) {
    String nearest = "";
    int least = Math.max(3, wrong.length() / 3);
    for (String name : known) {
      int distance = distance(wrong, name);
      if (distance < least) {
        least = distance;
        nearest = name;
      }
    }
    return nearest.isEmpty()
        ? ": see " + page + " for those there are"
        : ": did you mean " + nearest + "?";
  }

  /** Levenshtein's distance. */
  private static int distance(String left, String right) {
    int[] previous = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int[] current = new int[right.length() + 1];
      current[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int change = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
        current[j] = Math.min(previous[j - 1] + change, Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[right.length()];
  }
}
