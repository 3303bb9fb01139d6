// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0/0",
        "10.0.0.0/8",
        "192.168.1.128/25",
        "255.255.255.255/32",
        "127.0.0.1/32"
      })
  void network_isShownAsWritten(String text) {
    assertThat(Cidr.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource({
    "fd00::/8, fd00:0:0:0:0:0:0:0/8",
    "::/0, 0:0:0:0:0:0:0:0/0",
    "2001:db8::1/128, 2001:db8:0:0:0:0:0:1/128"
  })
  void ipv6Network_isParsed(String text, String shown) {
    assertThat(Cidr.parse(text)).hasToString(shown);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.0.0.0|needs a prefix length, such as 10.0.0.0/32",
        "10.0.0.0/33|needs a prefix length from 0 to 32",
        "10.0.0.0/-1|needs a prefix length from 0 to 32",
        "10.0.0.0/+8|needs a prefix length from 0 to 32",
        "10.0.0.0/|needs a prefix length from 0 to 32",
        "fd00::/129|needs a prefix length from 0 to 128",
        "10.0.0.1/8|has bits behind its prefix of 8: write the network's first address",
        "fd00::1/64|has bits behind its prefix of 64: write the network's first address",
        "::ffff:10.0.0.0/104|is an IPv4 address written as IPv6: write 10.0.0.0",
        "::ffff:10.0.0.0/8|is an IPv4 address written as IPv6: write 10.0.0.0",
        "fe80::1%eth0/64|is not an IPv4 or IPv6 address",
        "/8|is not an IPv4 or IPv6 address",
        "10.0.0/24|is not an IPv4 or IPv6 address",
        "010.0.0.0/8|is not an IPv4 or IPv6 address",
        "10.0.0.0./8|is not an IPv4 or IPv6 address",
        "256.0.0.0/8|is not an IPv4 or IPv6 address",
        ":/8|is not an IPv4 or IPv6 address",
        "1::2::3/8|is not an IPv4 or IPv6 address"
      })
  void wrongNetwork_isRefusedWithTheRule(String text, String message) {
    assertThatThrownBy(() -> Cidr.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  // Each is made of digits and letters of hex only: a resolver would be asked for it as a name.
  @ParameterizedTest
  @ValueSource(strings = {"dead.beef.cafe.face", "999.1.1.1", "a.b.c.d", "10.0.0.0x"})
  void nameLikeAnAddress_isNeverResolved(String text) {
    assertThatThrownBy(() -> Cidr.address(text)).hasMessage("is not an IPv4 or IPv6 address");
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:9464, 127.0.0.1:9464",
    "0.0.0.0:0, 0.0.0.0:0",
    "[::1]:9464, [0:0:0:0:0:0:0:1]:9464"
  })
  void endpoint_isParsed(String text, String shown) {
    assertThat(Endpoint.parse(text)).hasToString(shown);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "127.0.0.1|needs a port, such as 127.0.0.1:9464",
        "127.0.0.1:|needs a port from 0 to 65535",
        "127.0.0.1:65536|needs a port from 0 to 65535",
        "127.0.0.1:-1|needs a port from 0 to 65535",
        "::1:9464|needs brackets around IPv6 only, such as [::1]:9464",
        "[127.0.0.1]:9464|needs brackets around IPv6 only, such as [::1]:9464",
        "[::1]|needs brackets around IPv6 only, such as [::1]:9464",
        "[::ffff:127.0.0.1]:80|is an IPv4 address written as IPv6: write 127.0.0.1",
        "localhost:9464|is not an IPv4 or IPv6 address",
        ":9464|is not an IPv4 or IPv6 address"
      })
  void wrongEndpoint_isRefusedWithTheRule(String text, String message) {
    assertThatThrownBy(() -> Endpoint.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void proxy_needsAPortThatCanBeConnectedTo() {
    assertThatThrownBy(() -> Endpoint.parsePeer("10.0.0.1:0"))
        .hasMessage("needs a port from 1 to 65535");
  }
}
