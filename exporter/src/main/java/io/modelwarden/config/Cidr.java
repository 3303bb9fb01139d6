// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** A network: the address of its first host and the length of its prefix in bits. */
public record Cidr(InetAddress address, int prefixBits) {

  // Only digits, dots, colons and hex: a name would be asked of the DNS.
  private static final Pattern LITERAL = Pattern.compile("[0-9a-fA-F:.]+");

  /** Parses {@code 10.0.0.0/8} or {@code fd00::/8}. */
  static Cidr parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("needs a prefix length, such as " + text + "/32");
    }
    InetAddress address = address(text.substring(0, slash));
    int bits = address.getAddress().length * 8;
    int prefix = prefix(text.substring(slash + 1), bits);
    byte[] bytes = address.getAddress();
    for (int bit = prefix; bit < bits; bit++) {
      if ((bytes[bit / 8] >> 7 - bit % 8 & 1) != 0) {
        throw new IllegalArgumentException(
            "has bits behind its prefix of " + prefix + ": write the network's first address");
      }
    }
    return new Cidr(address, prefix);
  }

  static InetAddress address(String text) {
    if (!LITERAL.matcher(text).matches()
        || !(text.contains(":") || text.split("\\.").length == 4)) {
      throw new IllegalArgumentException("is not an IPv4 or IPv6 address");
    }
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException wrong) {
      throw new IllegalArgumentException("is not an IPv4 or IPv6 address");
    }
  }

  private static int prefix(String text, int bits) {
    try {
      int prefix = Integer.parseInt(text);
      if (prefix >= 0 && prefix <= bits) {
        return prefix;
      }
    } catch (NumberFormatException ignored) {
      // the message below says what it must be
    }
    throw new IllegalArgumentException("needs a prefix length from 0 to " + bits);
  }

  @Override
  public String toString() {
    return address.getHostAddress() + "/" + prefixBits;
  }
}
