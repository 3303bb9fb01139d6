// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.Field;
import io.modelwarden.event.Flow;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The key of a flow as a person would say it. */
final class FlowDecoder {

  private final Field scope;
  private final Field port;
  private final Field transport;
  private final Field role;
  private final int peer;
  private final int unset;
  private final Map<Integer, String> transports;
  private final Map<Integer, String> roles;
  private final Map<Integer, String> scopes;

  FlowDecoder(Layouts layouts) {
    this.scope = layouts.flowKey.integer("scope", 1);
    this.port = layouts.flowKey.integer("port", 2);
    this.transport = layouts.flowKey.integer("transport", 1);
    this.role = layouts.flowKey.integer("role", 1);
    this.peer = layouts.flowKey.bytes("peer").offset();
    this.unset = layouts.constant("SCOPE_UNSET");
    this.transports = layouts.labels("flow_transport", "TRANSPORT_");
    this.roles = layouts.labels("flow_role", "ROLE_");
    this.scopes = layouts.labels("peer_scope", "SCOPE_");
  }

  Flow decode(ByteBuffer keys, int at) {
    int kept = scope.getInt(keys, at);
    boolean addressed = kept == unset;
    return new Flow(
        addressed ? address(keys, at + peer) : null,
        port.getInt(keys, at),
        Flow.Transport.valueOf(constant(transports, transport.getInt(keys, at))),
        Flow.Role.valueOf(constant(roles, role.getInt(keys, at))),
        addressed ? "" : scopes.getOrDefault(kept, "public"));
  }

  private static String constant(Map<Integer, String> labels, int value) {
    return labels.get(value).toUpperCase(Locale.ROOT);
  }

  /** A v4-mapped address comes out as the IPv4 address that it is. */
  private @Nullable InetAddress address(ByteBuffer keys, int at) {
    byte[] bytes = new byte[16];
    keys.get(at, bytes);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException impossible) {
      return null;
    }
  }
}
