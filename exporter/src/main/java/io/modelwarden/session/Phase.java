// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

/** Whether a process tree is still taking its model into memory. */
public enum Phase {
  LOADING,
  SERVING
}
