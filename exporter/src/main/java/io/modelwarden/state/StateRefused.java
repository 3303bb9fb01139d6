// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.state;

import java.io.IOException;

/** A file that is there and is not believed. The message is worded to follow its path. */
public final class StateRefused extends IOException {

  private static final long serialVersionUID = 1L;

  StateRefused(String message) {
    super(message);
  }
}
