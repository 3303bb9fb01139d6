// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.coverage;

/** A section of docs/coverage.md. */
public enum Kind {
  READ("Reading a file"),
  MAPPING("Mapping a file"),
  IDENTITY("Hiding which file it is"),
  READER("Hiding who reads"),
  SEND("Sending"),
  SESSION("Out of a container without its network"),
  TRAIL("From process to process"),
  MEMORY("Out of the memory of another process"),
  BESIDE("Past the calls that are watched"),
  NOISE("In the noise");

  final String title;

  Kind(String title) {
    this.title = title;
  }
}
