// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import io.modelwarden.config.ConfigurationException;
import io.modelwarden.config.Endpoint;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where events are received, and from whom.
 *
 * @param certificate null, as the key, for plain HTTP
 * @param clientAuthority whose certificates clients must have; null: none is asked for
 * @param withCommands whether commands are told, without what looks secret
 */
public record AuditSettings(
    Endpoint listen,
    @Nullable Path certificate,
    @Nullable Path key,
    @Nullable Path clientAuthority,
    boolean withCommands) {

  /**
   * @throws ConfigurationException if they do not fit together
   */
  public AuditSettings {
    if ((certificate == null) != (key == null)) {
      throw new ConfigurationException(
          "--tls-certificate and --tls-key belong together: give both, or neither");
    }
    if (certificate == null && clientAuthority != null) {
      throw new ConfigurationException("--client-ca needs --tls-certificate and --tls-key");
    }
    if (certificate == null && !listen.address().isLoopbackAddress()) {
      throw new ConfigurationException(
          "--listen: %s is not on the loopback: plain HTTP stays on the machine, so give"
                  .formatted(listen)
              + " --tls-certificate and --tls-key");
    }
  }
}
