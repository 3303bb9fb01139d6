// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import java.util.Map;

/**
 * How the agent itself is.
 *
 * @param processesArmed whose calls are counted: they have a model file open, or inherited it
 * @param processesHolding those of them that hold model data
 * @param losses reason to count since the start, as in modelwarden_agent_losses_total; only those
 *     that are not zero
 */
public record AgentState(
    String version,
    String host,
    long pid,
    double uptimeSeconds,
    int probes,
    int probesAttached,
    int processesArmed,
    int processesHolding,
    Map<String, Long> losses) {}
