// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

/** How a process came to hold model data, the most telling reason first. */
public enum Via {
  SELF,
  WRITE,
  PARENT,
  SESSION,
  PIPE,
  SOCKET,
  RECOVERED,
  MEMORY,
  DECLARED
}
