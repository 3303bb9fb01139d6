// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.model;

import java.util.regex.Pattern;

/** A pattern of paths: ? and * within a name, ** over folders; a folder means all below it. */
public final class PathPattern {

  private final String text;
  private final Pattern regex;

  private PathPattern(String text, Pattern regex) {
    this.text = text;
    this.regex = regex;
  }

  public static PathPattern of(String pattern) {
    String text = pattern.replaceAll("(?<=.)/+$", "");
    if (text.equals("/")) {
      return new PathPattern(text, Pattern.compile("/.*", Pattern.DOTALL));
    }
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      if (text.startsWith("**/", i)) {
        regex.append("(.*/)?");
        i += 2;
      } else if (text.startsWith("**", i)) {
        regex.append(".*");
        i++;
      } else if (character == '*') {
        regex.append("[^/]*");
      } else if (character == '?') {
        regex.append("[^/]");
      } else {
        regex.append(Pattern.quote(String.valueOf(character)));
      }
    }
    return new PathPattern(text, Pattern.compile(regex + "(/.*)?", Pattern.DOTALL));
  }

  public boolean matches(String path) {
    return regex.matcher(path).matches();
  }

  /** The longest folder in front of the first wildcard. */
  public String fixedFolder() {
    int wildcard = text.length();
    for (char character : new char[] {'*', '?'}) {
      int at = text.indexOf(character);
      wildcard = at >= 0 && at < wildcard ? at : wildcard;
    }
    if (wildcard == text.length()) {
      return text;
    }
    int slash = text.lastIndexOf('/', wildcard);
    return slash <= 0 ? "/" : text.substring(0, slash);
  }
}
