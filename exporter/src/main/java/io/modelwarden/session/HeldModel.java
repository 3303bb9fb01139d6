// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.ProcessKey;

/**
 * That a process holds a model, as far as it has to outlive the agent. Times are Unix time.
 *
 * @param modelBytes size of the model; 0 if nobody knows it
 * @param heldBytes that its tree read or mapped
 * @param lastReadEpochNanos of its tree; 0 if it never read
 * @param endsEpochNanos when a mark that was only inherited ends; 0 for one that does not
 */
public record HeldModel(
    ProcessKey process,
    String model,
    long modelBytes,
    long heldBytes,
    long sinceEpochNanos,
    long lastReadEpochNanos,
    long endsEpochNanos) {}
