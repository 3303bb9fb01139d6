// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

/** The name of the model that a person means, from where a file lies. */
@FunctionalInterface
public interface ModelNaming {

  /**
   * @param path absolute, as the reader sees it
   * @param workload name to fall back on where the path says nothing
   */
  String name(String path, String workload);

  /** Whether the user has given this name: then it holds, whatever the file is a copy of. */
  default boolean isGiven(String name) {
    return false;
  }
}
