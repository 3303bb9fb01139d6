// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Flow;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Where a peer is: the first rule that fits its address and port. Immutable. */
public final class PeerScopes {

  /** Sending to the unspecified address reaches the machine itself. */
  private static final List<String> LOOPBACK = List.of("127.0.0.0/8", "::1", "0.0.0.0", "::");

  /** Link-local addresses leave no link, so they are as near as private ones. */
  private static final List<String> PRIVATE =
      List.of(
          "10.0.0.0/8",
          "172.16.0.0/12",
          "192.168.0.0/16",
          "100.64.0.0/10",
          "fc00::/7",
          "169.254.0.0/16",
          "fe80::/10");

  private static final int ANY_PORT = -1;

  /**
   * @param port 0 where the rule is for all of them
   */
  private record Rule(PeerScope scope, Cidr network, int port) {

    boolean fits(byte[] address, int peerPort) {
      return (port == 0 || peerPort == ANY_PORT || port == peerPort) && network.contains(address);
    }
  }

  private final List<Rule> rules = new ArrayList<>();

  /**
   * @throws IllegalArgumentException if a network or proxy cannot be read
   */
  public PeerScopes(PeerNetworks networks) {
    addAll(PeerScope.LOOPBACK, LOOPBACK);
    networks.node().forEach(node -> rules.add(new Rule(PeerScope.NODE, Cidr.of(node), 0)));
    networks.proxies().forEach(this::addProxy);
    addAll(PeerScope.POD, networks.pods());
    addAll(PeerScope.CLUSTER, networks.cluster());
    addAll(PeerScope.OUTSIDE, networks.outside());
    addAll(PeerScope.PRIVATE, PRIVATE);
    addAll(PeerScope.PUBLIC, List.of("::/0"));
  }

  public PeerScope scope(InetAddress address, int port) {
    return scope(Cidr.bytes(address), port);
  }

  PeerScope scope(Flow flow) {
    InetAddress peer = flow.peer();
    if (peer != null) {
      return scope(peer, flow.port());
    }
    try {
      return PeerScope.valueOf(flow.scope().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException ignored) {
      return PeerScope.PUBLIC; // not known where: the scope that hides nothing
    }
  }

  /**
   * For a longest-prefix look-up by address alone, where every port of a proxy is the proxy. Two
   * networks are nested or disjoint, so an address fits exactly the rules around its longest
   * prefix.
   */
  public List<ScopePrefix> prefixes() {
    Map<Cidr, ScopePrefix> prefixes = new LinkedHashMap<>();
    for (Rule rule : rules) {
      Cidr network = rule.network();
      prefixes.computeIfAbsent(
          network, key -> new ScopePrefix(key.bits(), key.address(), first(key)));
    }
    return List.copyOf(prefixes.values());
  }

  private PeerScope first(Cidr network) {
    for (Rule rule : rules) {
      if (rule.network().contains(network)) {
        return rule.scope();
      }
    }
    return PeerScope.PUBLIC;
  }

  private PeerScope scope(byte[] address, int port) {
    for (Rule rule : rules) {
      if (rule.fits(address, port)) {
        return rule.scope();
      }
    }
    return PeerScope.PUBLIC;
  }

  private void addAll(PeerScope scope, List<String> networks) {
    networks.forEach(network -> rules.add(new Rule(scope, Cidr.parse(network), 0)));
  }

  private void addProxy(String proxy) {
    int colon = proxy.lastIndexOf(':');
    boolean bracketed = proxy.startsWith("[");
    boolean hasPort =
        bracketed ? proxy.indexOf("]:") > 0 : colon > 0 && proxy.indexOf(':') == colon;
    String address = hasPort ? proxy.substring(0, colon) : proxy;
    int port = hasPort ? port(proxy, proxy.substring(colon + 1)) : 0;
    address = address.replace("[", "").replace("]", "");
    rules.add(new Rule(PeerScope.PROXY, Cidr.of(Cidr.parseAddress(address)), port));
  }

  private static int port(String proxy, String text) {
    try {
      int port = Integer.parseInt(text);
      if (port > 0 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException ignored) {
      // said below
    }
    throw new IllegalArgumentException(
        "\"" + proxy + "\" is no proxy: write ADDRESS:PORT with a port from 1 to 65535.");
  }
}
