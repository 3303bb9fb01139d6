// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Increment;

/**
 * What a process did to a file.
 *
 * @param method label of the way, "mmap" for a mapping
 */
record Access(int fileId, String path, Evidence.Action action, String method, Increment increment) {

  Access with(Increment other) {
    return new Access(fileId, path, action, method, other);
  }
}
