// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import java.util.List;
import java.util.Map;

/**
 * What reaches the kernel side before it is loaded.
 *
 * @param suffixes with the dot, lower case, at most 16 bytes each, at most 32
 * @param mapEntries capacity by map name, for maps that differ from the object's own
 * @param ringBytes a power of two of pages
 * @param taskFromVpid whether this kernel has bpf_task_from_vpid
 * @param raceWitness whether the page cache is asked what each call has read
 */
public record ProbeSettings(
    long minimumSizeBytes,
    long contentMinimumSizeBytes,
    boolean detectContent,
    boolean modelDirectories,
    List<String> suffixes,
    Map<String, Integer> mapEntries,
    int ringBytes,
    boolean taskFromVpid,
    boolean raceWitness) {}
