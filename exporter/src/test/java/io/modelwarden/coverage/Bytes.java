// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.coverage;

/** What is known of the bytes that a way takes. */
public enum Bytes {
  /** To the byte. */
  EXACT("yes", "exact"),
  /** At most, or at least and at most. */
  BOUNDED("yes", "bounded"),
  /** That it was done, or prepared, by whom and when; not how much it took. */
  UNCOUNTED("yes", "not"),
  /** Nothing. */
  UNSEEN("no", "not");

  final String seen;
  final String counted;

  Bytes(String seen, String counted) {
    this.seen = seen;
    this.counted = counted;
  }
}
