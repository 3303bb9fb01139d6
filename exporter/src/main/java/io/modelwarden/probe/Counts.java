// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

/**
 * Totals of one map entry, as the kernel side keeps them. Times are CLOCK_BOOTTIME.
 *
 * @param unplacedBytes those of which nobody knows where in the file they lie
 */
record Counts(long bytes, long operations, long firstNanos, long lastNanos, long unplacedBytes) {}
