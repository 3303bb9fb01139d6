// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import java.util.Locale;
import java.util.function.Function;

/**
 * One setting: the only place where its name, default, rule and meaning are written.
 *
 * @param kind how it is written: text, list (of texts), map (from text to text), models (a map to
 *     texts that may have an equals sign) or rules (maps from text to one or more texts)
 * @param defaultText as a user would write it
 * @param parse from text to value; throws IllegalArgumentException with the rule that was broken,
 *     worded to follow the value
 */
record Key<T>(
    String name,
    Kind kind,
    String defaultText,
    String rule,
    String meaning,
    Function<Raw, T> parse) {

  enum Kind {
    TEXT,
    LIST,
    MAP,
    MODELS,
    RULES
  }

  /** The variable that overrides it. */
  String variable() {
    return "MODELWARDEN_" + name.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }
}
