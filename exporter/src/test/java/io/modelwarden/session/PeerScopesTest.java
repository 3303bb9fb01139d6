// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelwarden.event.Flow;
import java.net.InetAddress;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerScopesTest {

  private static final PeerNetworks NETWORKS =
      new PeerNetworks(
          List.of(Cidr.parseAddress("10.1.0.5"), Cidr.parseAddress("2001:db8::5")),
          List.of("10.9.9.9:3128", "[2001:db8::9]:8080", "192.0.2.1"),
          List.of("10.244.0.0/16", "2001:db8:1::/48"),
          List.of("10.96.0.0/12"),
          List.of("10.0.0.0/9", "198.51.100.0/24"));

  private final PeerScopes scopes = new PeerScopes(NETWORKS);

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 80, LOOPBACK",
    "::1, 80, LOOPBACK",
    "0.0.0.0, 80, LOOPBACK",
    "::ffff:127.9.9.9, 80, LOOPBACK",
    "10.1.0.5, 80, NODE",
    "::ffff:10.1.0.5, 80, NODE",
    "2001:db8::5, 80, NODE",
    "10.9.9.9, 3128, PROXY",
    "10.9.9.9, 3129, OUTSIDE",
    "2001:db8::9, 8080, PROXY",
    "192.0.2.1, 1, PROXY",
    "10.244.3.4, 80, POD",
    "2001:db8:1::7, 80, POD",
    "10.97.0.1, 80, CLUSTER",
    "10.2.3.4, 80, OUTSIDE",
    "198.51.100.9, 80, OUTSIDE",
    "10.200.0.1, 80, PRIVATE",
    "172.31.0.1, 80, PRIVATE",
    "172.32.0.1, 80, PUBLIC",
    "100.127.0.1, 80, PRIVATE",
    "fd00::1, 80, PRIVATE",
    "fe80::1, 80, PRIVATE",
    "203.0.113.1, 80, PUBLIC",
    "2606:4700::1, 80, PUBLIC",
  })
  void scope_isTheFirstThatFits(String address, int port, PeerScope expected) {
    assertThat(scopes.scope(Cidr.parseAddress(address), port)).isEqualTo(expected);
  }

  @Test
  void scope_withoutAddress_isWhatTheFlowSays() {
    Flow folded = new Flow(null, 0, Flow.Transport.TCP, Flow.Role.INITIATED, "public");
    Flow unix = new Flow(null, 0, Flow.Transport.UNIX, Flow.Role.INITIATED, "local");
    Flow strange = new Flow(null, 0, Flow.Transport.OTHER, Flow.Role.UNKNOWN, "nowhere");

    assertThat(scopes.scope(folded)).isEqualTo(PeerScope.PUBLIC);
    assertThat(scopes.scope(unix)).isEqualTo(PeerScope.LOCAL);
    assertThat(scopes.scope(strange)).isEqualTo(PeerScope.PUBLIC);
  }

  @Test
  void prefixes_longestMatch_saysTheSameAsFirstThatFits() throws Exception {
    Random random = new Random(4711);
    for (int round = 0; round < 50; round++) {
      PeerScopes some = new PeerScopes(randomNetworks(random));
      List<ScopePrefix> prefixes = some.prefixes();
      for (int i = 0; i < 400; i++) {
        InetAddress address = InetAddress.getByAddress(randomAddress(random));
        assertThat(longestMatch(prefixes, Cidr.bytes(address)))
            .as("%s in round %d", address, round)
            .isEqualTo(some.scope(address, 80));
      }
    }
  }

  @Test
  void prefixes_ofAProxy_areForEveryPort() {
    assertThat(longestMatch(scopes.prefixes(), Cidr.bytes(Cidr.parseAddress("10.9.9.9"))))
        .isEqualTo(PeerScope.PROXY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "::/129",
        "10.0.0/8",
        "example.org",
        "",
        "10.0.0.0/x"
      })
  void networkThatCannotBeRead_isNamed(String text) {
    assertThatThrownBy(() -> Cidr.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no network: write ADDRESS/BITS");
  }

  @Test
  void proxyWithBadPort_isNamed() {
    PeerNetworks bad =
        new PeerNetworks(List.of(), List.of("10.0.0.1:70000"), List.of(), List.of(), List.of());

    assertThatThrownBy(() -> new PeerScopes(bad))
        .hasMessage(
            "\"10.0.0.1:70000\" is no proxy: write ADDRESS:PORT with a port from 1 to 65535.");
  }

  @ParameterizedTest
  @CsvSource({
    "203.0.113.77, 203.0.113.0/24",
    "2001:db8:aaaa:bbbb::1, 2001:db8:aaaa::/48",
  })
  void network_cutsTheClient(String address, String shown) {
    assertThat(PeerAddresses.network(Cidr.parseAddress(address))).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2001:db8::1", "::1", "::", "1:2:3:4:5:6:7:8", "fe80::1:0:0:1", "1::"})
  void text_isTheShortForm(String address) {
    assertThat(PeerAddresses.text(Cidr.parseAddress(address))).isEqualTo(address);
  }

  private static PeerScope longestMatch(List<ScopePrefix> prefixes, byte[] address) {
    PeerScope scope = PeerScope.PUBLIC;
    int longest = -1;
    for (ScopePrefix prefix : prefixes) {
      if (prefix.bits() > longest && sharesBits(prefix.address(), address, prefix.bits())) {
        longest = prefix.bits();
        scope = prefix.scope();
      }
    }
    return scope;
  }

  private static boolean sharesBits(byte[] a, byte[] b, int bits) {
    for (int bit = 0; bit < bits; bit++) {
      if (((a[bit / 8] ^ b[bit / 8]) >> (7 - bit % 8) & 1) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Few values for each byte, so that networks nest and addresses hit them. */
  private static byte[] randomAddress(Random random) {
    byte[] address = new byte[random.nextBoolean() ? 4 : 16];
    byte[] values = {0, 1, 10, (byte) 127, (byte) 192, (byte) 168, (byte) 0xfd, (byte) 0xff};
    for (int i = 0; i < address.length; i++) {
      address[i] = values[random.nextInt(values.length)];
    }
    return address;
  }

  private static PeerNetworks randomNetworks(Random random) throws Exception {
    return new PeerNetworks(
        List.of(InetAddress.getByAddress(randomAddress(random))),
        List.of(),
        List.of(randomNetwork(random), randomNetwork(random)),
        List.of(randomNetwork(random), randomNetwork(random)),
        List.of(randomNetwork(random), randomNetwork(random)));
  }

  private static String randomNetwork(Random random) throws Exception {
    InetAddress address = InetAddress.getByAddress(randomAddress(random));
    int bits = address.getAddress().length * 8;
    return address.getHostAddress() + "/" + random.nextInt(bits + 1);
  }
}
