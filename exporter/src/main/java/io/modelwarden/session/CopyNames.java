// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names of models by the fingerprint of their files: a copy has the name under which its content
 * was known first. Beyond the bound the one asked for longest ago is forgotten.
 */
final class CopyNames {

  private final Map<String, String> names = new LinkedHashMap<>(16, 0.75f, true);
  private final int limit;
  private final SessionLosses losses;

  CopyNames(int limit, SessionLosses losses) {
    this.limit = limit;
    this.losses = losses;
  }

  /** The name that holds for such content: the one that is known, else this one from now on. */
  String join(String fingerprint, String name) {
    @Nullable String known = fingerprint.isEmpty() ? name : names.putIfAbsent(fingerprint, name);
    evict();
    return known == null ? name : known;
  }

  /** What the user calls such content, whatever it was called before. */
  void set(String fingerprint, String name) {
    if (!fingerprint.isEmpty()) {
      names.put(fingerprint, name);
      evict();
    }
  }

  private void evict() {
    if (names.size() > limit) {
      Iterator<String> eldest = names.keySet().iterator();
      eldest.next();
      eldest.remove();
      losses.count(SessionLoss.COPY_NAME_EVICTED);
    }
  }
}
