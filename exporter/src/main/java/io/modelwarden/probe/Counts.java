// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

/** Totals of one map entry, as the kernel side keeps them. Times are CLOCK_BOOTTIME. */
record Counts(long bytes, long operations, long firstNanos, long lastNanos) {}
