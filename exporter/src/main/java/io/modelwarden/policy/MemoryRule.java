// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import java.util.List;

/**
 * Which programs of a workload may take how much of whose memory.
 *
 * @param targets names of the processes that may be read
 * @param sameContainer whether only those of its own container
 */
record MemoryRule(
    Place place,
    List<String> origins,
    List<String> executables,
    List<String> methods,
    List<String> targets,
    boolean sameContainer,
    long bytesADay) {}
