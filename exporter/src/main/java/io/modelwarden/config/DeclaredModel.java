// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

/**
 * A model that somebody says is held, by name, with or without its size.
 *
 * @param sizeBytes 0 if it is not told
 */
public record DeclaredModel(String name, long sizeBytes) {

  /**
   * NAME or NAME=SIZE.
   *
   * @throws IllegalArgumentException with what it is not, worded to follow the text
   */
  public static DeclaredModel parse(String text) {
    int at = text.lastIndexOf('=');
    if (at < 0) {
      return new DeclaredModel(text.strip(), 0);
    }
    String name = text.substring(0, at).strip();
    long sizeBytes = Units.bytes(text.substring(at + 1).strip());
    if (name.isEmpty() || sizeBytes == 0) {
      throw new IllegalArgumentException("is no name of a model with its size");
    }
    return new DeclaredModel(name, sizeBytes);
  }
}
