// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.FileFacts;
import org.jspecify.annotations.Nullable;

/** A known file and, once somebody named it by a path, the model it belongs to. */
final class CatalogFile {

  FileFacts facts;
  @Nullable String model;
  String baseName = "";

  CatalogFile(FileFacts facts) {
    this.facts = facts;
  }

  boolean isModel() {
    return facts.verdict() == FileFacts.Verdict.MODEL;
  }

  boolean isOrdinary() {
    return facts.verdict() == FileFacts.Verdict.ORDINARY;
  }
}
