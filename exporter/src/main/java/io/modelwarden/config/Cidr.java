// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** A network: the address of its first host and the length of its prefix in bits. */
public record Cidr(InetAddress address, int prefixBits) {

  // Without leading zeros, which some read as octal.
  private static final String OCTET = "(0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
  private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  /**
   * Parses {@code 10.0.0.0/8} or {@code fd00::/8}.
   *
   * @throws IllegalArgumentException with what is wrong, worded to follow the value
   */
  public static Cidr parse(String text) {
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

  /** An address as digits. A name would be asked of the DNS, so anything else is refused before. */
  static InetAddress address(String text) {
    try {
      if (IPV4.matcher(text).matches()) {
        return InetAddress.getByName(text);
      }
      if (IPV6.matcher(text).matches()) {
        InetAddress address = InetAddress.getByName("[" + text + "]");
        if (address instanceof Inet4Address) {
          throw new IllegalArgumentException(
              "is an IPv4 address written as IPv6: write " + address.getHostAddress());
        }
        return address;
      }
    } catch (UnknownHostException ignored) {
      // the message below says what it must be
    }
    throw new IllegalArgumentException("is not an IPv4 or IPv6 address");
  }

  private static int prefix(String text, int bits) {
    if (text.matches("[0-9]{1,3}") && Integer.parseInt(text) <= bits) {
      return Integer.parseInt(text);
    }
    throw new IllegalArgumentException("needs a prefix length from 0 to " + bits);
  }

  @Override
  public String toString() {
    return address.getHostAddress() + "/" + prefixBits;
  }
}
