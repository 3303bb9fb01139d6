// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.Flow;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The key of a flow as a person would say it. */
final class FlowDecoder {

  private final Layouts layouts;
  private final Map<Integer, String> transports;
  private final Map<Integer, String> roles;
  private final Map<Integer, String> scopes;

  FlowDecoder(Layouts layouts) {
    this.layouts = layouts;
    this.transports = layouts.labels("flow_transport", "TRANSPORT_");
    this.roles = layouts.labels("flow_role", "ROLE_");
    this.scopes = layouts.labels("peer_scope", "SCOPE_");
  }

  Flow decode(ByteBuffer keys, int at) {
    int scope = layouts.flowKey.integer("scope", 1).getInt(keys, at);
    boolean addressed = scope == layouts.constant("SCOPE_UNSET");
    return new Flow(
        addressed ? address(keys, at + layouts.flowKey.bytes("peer").offset()) : null,
        layouts.flowKey.integer("port", 2).getInt(keys, at),
        Flow.Transport.valueOf(
            constant(transports, layouts.flowKey.integer("transport", 1).getInt(keys, at))),
        Flow.Role.valueOf(constant(roles, layouts.flowKey.integer("role", 1).getInt(keys, at))),
        addressed ? "" : scopes.getOrDefault(scope, "public"));
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
