// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.ProcessFacts;
import java.util.Locale;

/**
 * What a process takes model data from, for looking at it live.
 *
 * @param key one for each thing: what is taken of equal keys is added up
 * @param label path, or in brackets what it is if no file
 */
record Thing(Object key, String model, String label, long sizeBytes) {

  private static final String HELD = "held";
  private static final String UNCOUNTED = "uncounted";
  private static final String MORE = "more";

  static Thing file(CatalogFile file, String model, String path) {
    return new Thing(file.facts.id(), model, path, file.facts.sizeBytes());
  }

  static Thing memory(ProcessFacts victim, String model) {
    String label = "[memory of %d %s]".formatted(victim.key().pid(), victim.executableName());
    return new Thing(victim.key(), model, label, 0);
  }

  /** Files that the kernel had no room to name. */
  static Thing uncounted() {
    return new Thing(UNCOUNTED, "", "[uncounted]", 0);
  }

  /** Nothing taken: it holds the model by other means. */
  static Thing held(String model, Via via) {
    return new Thing(HELD, model, "[held: " + via.name().toLowerCase(Locale.ROOT) + "]", 0);
  }

  /** The rest, where too many things are kept apart already. */
  static Thing more() {
    return new Thing(MORE, "", Reading.MORE_FILES, 0);
  }

  boolean isHeld() {
    return key.equals(HELD);
  }
}
