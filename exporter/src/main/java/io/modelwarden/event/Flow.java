// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.event;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a process sends.
 *
 * @param peer null where there is no address (unix sockets, pipes) and for peers beyond the limit
 * @param port of the peer, 0 on accepted connections and where there is none
 * @param scope set only where {@code peer} is null, in lower case as in the schema ("public")
 */
public record Flow(
    @Nullable InetAddress peer, int port, Transport transport, Role role, String scope) {

  public enum Transport {
    TCP,
    UDP,
    UNIX,
    OTHER,
    /** Also a terminal. */
    PIPE
  }

  public enum Role {
    UNKNOWN,
    INITIATED,
    ACCEPTED
  }
}
