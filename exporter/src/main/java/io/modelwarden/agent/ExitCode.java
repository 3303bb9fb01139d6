// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

/** What the process says to whoever started it. */
final class ExitCode {

  static final int GOOD = 0;
  static final int BAD_CONFIGURATION = 1;
  static final int KERNEL_REFUSES = 2;
  static final int OTHER = 3;

  private ExitCode() {}
}
