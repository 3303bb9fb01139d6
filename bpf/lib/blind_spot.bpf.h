/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * "The current task has prepared a way on which bytes are not counted by file": who, when and how
 * often. What then passes there is seen only in part, or not at all.
 */
#ifndef MODELWARDEN_LIB_BLIND_SPOT_H
#define MODELWARDEN_LIB_BLIND_SPOT_H

/* The oldest are forgotten: whoever opens devices without end hides nothing of the counts. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct blind_spot_key);
	__type(value, struct blind_spot);
} blind_spots SEC(".maps");

/* Of each kind in all, from the start on. */
__u64 blind_spot_totals[BLIND_SPOT_COUNT];

/* Something was noted since user space has last looked. */
__u32 blind_spots_noted;

/* What a new entry is copied from: it does not fit on the stack. */
static const struct blind_spot empty_blind_spot;

__noinline int note_blind_spot(__u32 kind, __u32 device, __u64 bytes)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct blind_spot_key key = {.kind = kind, .device = device};
	struct blind_spot *spot;

	read_process_key(task, &key.process);
	if (is_agent(&key.process) || kind >= BLIND_SPOT_COUNT)
		return 0;
	if (!bytes)
		__sync_fetch_and_add(&blind_spot_totals[kind], 1);
	spot = bpf_map_lookup_elem(&blind_spots, &key);
	if (spot) {
		add_to_totals(&spot->totals, bytes);
		blind_spots_noted = 1;
		return 0;
	}
	if (bpf_map_update_elem(&blind_spots, &key, &empty_blind_spot, BPF_NOEXIST))
		return 0;
	if (bytes) /* nothing was prepared in sight */
		__sync_fetch_and_add(&blind_spot_totals[kind], 1);
	spot = bpf_map_lookup_elem(&blind_spots, &key);
	if (!spot)
		return 0;
	spot->process.entrance = entrance_of(task);
	spot->process.session = session_of(task);
	store_executable(task, &key.process);
	begin_totals(&spot->totals, bytes);
	fill_process_facts(task, &spot->process);
	blind_spots_noted = 1;
	ring(DOORBELL_BLIND_SPOT, &key.process);
	return 0;
}

#endif
