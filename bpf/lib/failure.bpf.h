/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every loss and every doubt is a number, so that nothing is lost in silence. */
#ifndef MODELWARDEN_LIB_FAILURE_H
#define MODELWARDEN_LIB_FAILURE_H

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, FAILURE_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} failures SEC(".maps");

static __always_inline void count_failure(enum failure failure)
{
	__u32 index = failure;
	__u64 *count = bpf_map_lookup_elem(&failures, &index);

	if (count)
		*count += 1;
}

#endif
