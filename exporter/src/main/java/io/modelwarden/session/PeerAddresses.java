// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses as text. */
final class PeerAddresses {

  private static final int IPV4_NETWORK_BITS = 24;
  private static final int IPV6_NETWORK_BITS = 48;

  private PeerAddresses() {}

  /** The network of a client, because its whole address may name a person: "192.0.2.0/24". */
  static String network(InetAddress peer) {
    boolean ipv4 = peer instanceof Inet4Address;
    int bits = ipv4 ? IPV4_NETWORK_BITS : IPV6_NETWORK_BITS;
    try {
      InetAddress network = InetAddress.getByAddress(Cidr.of(peer, bits).address());
      return text(network) + "/" + bits;
    } catch (UnknownHostException e) {
      throw new IllegalStateException("A network has sixteen bytes.", e);
    }
  }

  /** IPv6 in the short form of RFC 5952. */
  static String text(InetAddress address) {
    if (address instanceof Inet4Address) {
      return address.getHostAddress();
    }
    byte[] bytes = address.getAddress();
    int[] groups = new int[8];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff);
    }
    int start = -1;
    int length = 1;
    for (int i = 0; i < groups.length; i++) {
      int end = i;
      while (end < groups.length && groups[end] == 0) {
        end++;
      }
      if (end - i > length) {
        start = i;
        length = end - i;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < groups.length; i++) {
      if (i == start) {
        text.append("::");
        i += length - 1;
      } else {
        text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":");
        text.append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }
}
