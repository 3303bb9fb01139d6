/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Totals: what every counter of bytes does. */
#ifndef MODELWARDEN_LIB_TOTALS_H
#define MODELWARDEN_LIB_TOTALS_H

static __always_inline void begin_totals(struct totals *totals, __u64 bytes)
{
	totals->bytes = bytes;
	totals->operations = 1;
	totals->first_ns = totals->last_ns = bpf_ktime_get_boot_ns();
}

/* To read the clock costs more than the rest of a count: once in each tick is enough. */
static __always_inline void add_to_totals(struct totals *totals, __u64 bytes)
{
	__u64 tick = bpf_jiffies64();

	__sync_fetch_and_add(&totals->bytes, bytes);
	__sync_fetch_and_add(&totals->operations, 1);
	if (totals->last_tick == tick)
		return;
	totals->last_tick = tick;
	totals->last_ns = bpf_ktime_get_boot_ns();
}

#endif
