// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import java.util.Locale;

/** One line of the doctor. */
record Check(String name, Status status, String detail, String remedy) {

  enum Status {
    OK,
    WARN,
    FAIL,
    BAD_CONFIGURATION;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** With picocli's markup for colours. */
    String marked() {
      return switch (this) {
        case OK -> "@|green ok  |@";
        case WARN -> "@|yellow warn|@";
        case FAIL, BAD_CONFIGURATION -> "@|red fail|@";
      };
    }
  }

  static Check ok(String name, String detail) {
    return new Check(name, Status.OK, detail, "");
  }

  static Check warn(String name, String detail, String remedy) {
    return new Check(name, Status.WARN, detail, remedy);
  }

  static Check fail(String name, String detail, String remedy) {
    return new Check(name, Status.FAIL, detail, remedy);
  }

  String sentence() {
    return remedy.isEmpty() ? detail : detail + ": " + remedy;
  }
}
