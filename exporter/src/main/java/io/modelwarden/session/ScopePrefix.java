// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

/**
 * An entry of a longest-prefix table.
 *
 * @param bits length of the prefix in the space of IPv6 addresses
 * @param address 16 bytes in network order, IPv4 as ::ffff:0:0/96
 */
public record ScopePrefix(int bits, byte[] address, PeerScope scope) {}
