// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A network in the space of IPv6 addresses, where IPv4 lies at ::ffff:0:0/96. */
final class Cidr {

  private static final int ADDRESS_BITS = 128;
  private static final int MAPPED_BITS = 96;
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  private final byte[] address;
  private final int bits;

  private Cidr(byte[] address, int bits) {
    this.address = address;
    this.bits = bits;
    for (int bit = bits; bit < ADDRESS_BITS; bit++) {
      address[bit / 8] &= (byte) ~(0x80 >> bit % 8);
    }
  }

  /** "10.0.0.0/8", "fd00::/8", or an address alone. */
  static Cidr parse(String text) {
    int slash = text.indexOf('/');
    String literal = slash < 0 ? text : text.substring(0, slash);
    byte[] address = bytes(parseAddress(literal));
    if (slash < 0) {
      return new Cidr(address, ADDRESS_BITS);
    }
    int shift = IPV4.matcher(literal).matches() ? MAPPED_BITS : 0;
    int bits;
    try {
      bits = shift + Integer.parseInt(text.substring(slash + 1));
    } catch (NumberFormatException e) {
      throw invalid(text, e);
    }
    if (bits < shift || bits > ADDRESS_BITS) {
      throw invalid(text, null);
    }
    return new Cidr(address, bits);
  }

  static Cidr of(InetAddress address, int bits) {
    int shift = address.getAddress().length == 4 ? MAPPED_BITS : 0;
    return new Cidr(bytes(address), shift + bits);
  }

  static Cidr of(InetAddress address) {
    return new Cidr(bytes(address), ADDRESS_BITS);
  }

  /** Never asks a name server. */
  static InetAddress parseAddress(String literal) {
    if (!IPV4.matcher(literal).matches() && !IPV6.matcher(literal).matches()) {
      throw invalid(literal, null);
    }
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw invalid(literal, e);
    }
  }

  /** Sixteen bytes in network order. */
  static byte[] bytes(InetAddress address) {
    byte[] own = address.getAddress();
    if (own.length == 16) {
      return own;
    }
    byte[] mapped = new byte[16];
    mapped[10] = (byte) 0xff;
    mapped[11] = (byte) 0xff;
    System.arraycopy(own, 0, mapped, 12, 4);
    return mapped;
  }

  boolean contains(byte[] other) {
    int whole = bits / 8;
    if (!Arrays.equals(address, 0, whole, other, 0, whole)) {
      return false;
    }
    int rest = bits % 8;
    return rest == 0 || ((address[whole] ^ other[whole]) & 0xff) >> (8 - rest) == 0;
  }

  boolean contains(Cidr other) {
    return bits <= other.bits && contains(other.address);
  }

  byte[] address() {
    return address.clone();
  }

  int bits() {
    return bits;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Cidr cidr && bits == cidr.bits && Arrays.equals(address, cidr.address);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(address) + bits;
  }

  private static IllegalArgumentException invalid(String text, @Nullable Exception cause) {
    return new IllegalArgumentException(
        "\"" + text + "\" is no network: write ADDRESS/BITS, as in 10.0.0.0/8.", cause);
  }
}
