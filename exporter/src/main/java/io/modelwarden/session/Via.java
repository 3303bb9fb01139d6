// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

/** How a process came to hold model data. */
public enum Via {
  SELF,
  PARENT,
  WRITE,
  DECLARED,
  RECOVERED
}
