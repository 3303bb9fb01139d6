// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import java.util.LinkedHashMap;
import java.util.Map;

/** One object for equal texts: ten thousand children of a shell have one name and one path. */
final class SharedTexts {

  private static final int MOST = 512;

  private final Map<String, String> texts =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MOST;
        }
      };

  String share(String text) {
    String known = texts.putIfAbsent(text, text);
    return known == null ? text : known;
  }
}
