// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.btf;

/** The object's type information is damaged, or is not what the program expects. */
public final class BtfException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BtfException(String message) {
    super(message);
  }
}
