// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import java.net.InetAddress;

/** An address and a port; IPv6 addresses are written in brackets. */
public record Endpoint(InetAddress address, int port) {

  static Endpoint parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("needs a port, such as 127.0.0.1:9464");
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    return new Endpoint(Cidr.address(host), port(text.substring(colon + 1)));
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 0 && port <= 65535) {
        return port;
      }
    } catch (NumberFormatException ignored) {
      // the message below says what it must be
    }
    throw new IllegalArgumentException("needs a port from 0 to 65535");
  }

  @Override
  public String toString() {
    String host = address.getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
