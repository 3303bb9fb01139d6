// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

/** A setting that cannot be used: one line that names the value, the rule and the remedy. */
public final class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigurationException(String message) {
    super(message);
  }
}
