// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.event;

/**
 * Counts that were added since the last look, with the time they cover. All times are Unix time in
 * nanoseconds.
 */
public record Increment(long bytes, long operations, long firstEpochNanos, long lastEpochNanos) {}
