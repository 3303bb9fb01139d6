// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.net.InetAddress;
import java.util.List;

/**
 * What tells where a peer is.
 *
 * @param node addresses of this node itself
 * @param proxies "ADDRESS:PORT" or "[ADDRESS]:PORT"; without a port all of its ports
 * @param pods networks of pods, "ADDRESS/BITS"
 * @param cluster networks of services
 * @param outside networks that count as outside although their addresses are private
 */
public record PeerNetworks(
    List<InetAddress> node,
    List<String> proxies,
    List<String> pods,
    List<String> cluster,
    List<String> outside) {

  public static PeerNetworks none() {
    return new PeerNetworks(List.of(), List.of(), List.of(), List.of(), List.of());
  }
}
