// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import java.util.List;

/**
 * Where a workload that holds a model may send how much.
 *
 * @param executables paths, or none for any
 * @param cidrs networks, or none where the scope has no addresses
 * @param ports or none for any
 */
record EgressRule(
    Place place,
    List<String> origins,
    List<String> executables,
    String scope,
    List<String> cidrs,
    List<Integer> ports,
    long bytesADay) {}
