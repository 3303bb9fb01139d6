/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where accesses are counted. Counts lie apart from their keys, so that who remembers a place needs
 * no look-up. A place belongs to one key until user space has forgotten that key.
 */
#ifndef MODELWARDEN_LIB_PLACE_H
#define MODELWARDEN_LIB_PLACE_H

#define NO_PLACE ((__u32)-1)

/* User space makes all of them as large as the map of keys. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct access_count);
} access_counts SEC(".maps");

/* Those that were given back. The last one is taken first: what user space has mapped stays small.
 */
struct {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, 16384);
	__type(value, __u32);
} free_places SEC(".maps");

const volatile __u32 setting_places = 16384;

__u32 places_taken; /* for the first time, one after the other */

static __always_inline __u32 take_place(void)
{
	__u32 place;

	if (!bpf_map_pop_elem(&free_places, &place))
		return place;
	if (places_taken >= setting_places)
		return NO_PLACE;
	place = __sync_fetch_and_add(&places_taken, 1);
	return place < setting_places ? place : NO_PLACE;
}

static __always_inline void give_back_place(__u32 place)
{
	bpf_map_push_elem(&free_places, &place, 0);
}

/* There is none behind NO_PLACE. */
static __always_inline struct access_count *count_at(__u32 place)
{
	return bpf_map_lookup_elem(&access_counts, &place);
}

#endif
