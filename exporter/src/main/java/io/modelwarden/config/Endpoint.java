// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import java.net.InetAddress;

/** An address and a port; IPv6 addresses are written in brackets. */
public record Endpoint(InetAddress address, int port) {

  /**
   * @throws IllegalArgumentException with what it needs, to stand behind the text
   */
  public static Endpoint parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("needs a port, such as 127.0.0.1:9464");
    }
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (bracketed != host.contains(":")) {
      throw new IllegalArgumentException("needs brackets around IPv6 only, such as [::1]:9464");
    }
    String literal = bracketed ? host.substring(1, host.length() - 1) : host;
    return new Endpoint(Cidr.address(literal), port(text.substring(colon + 1)));
  }

  /** One that can be connected to. */
  static Endpoint parsePeer(String text) {
    Endpoint endpoint = parse(text);
    if (endpoint.port() == 0) {
      throw new IllegalArgumentException("needs a port from 1 to 65535");
    }
    return endpoint;
  }

  private static int port(String text) {
    if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 65535) {
      return Integer.parseInt(text);
    }
    throw new IllegalArgumentException("needs a port from 0 to 65535");
  }

  @Override
  public String toString() {
    String host = address.getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
