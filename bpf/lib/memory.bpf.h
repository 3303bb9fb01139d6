/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* "The current task read memory of that task", counted where the victim holds or may hold a model.
 */
#ifndef MODELWARDEN_LIB_MEMORY_H
#define MODELWARDEN_LIB_MEMORY_H

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct memory_key);
	__type(value, struct totals);
} memory_reads SEC(".maps");

static __always_inline void count_memory_read(struct task_struct *victim, enum memory_method method,
					      __u64 bytes)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct references references = {.task = task};
	struct memory_key key = {.method = method};
	struct totals fresh = {}, *count;

	read_process_key(task, &key.reader);
	read_process_key(victim, &key.victim);
	if (is_agent(&key.reader) || (key.reader.tgid == key.victim.tgid &&
				      key.reader.start_time_ns == key.victim.start_time_ns))
		return;
	if (!find_armed(&key.victim))
		return;
	count = bpf_map_lookup_elem(&memory_reads, &key);
	if (count) {
		add_to_totals(count, bytes);
		return;
	}
	/* The reader holds the victim's data from here on: its egress matters. */
	arm(&references, &key.reader, 0);
	begin_totals(&fresh, bytes);
	if (bpf_map_update_elem(&memory_reads, &key, &fresh, BPF_ANY))
		count_failure(FAILURE_MEMORY_MAP_FULL);
	ring(DOORBELL_MEMORY_READ, &key.reader);
}

/* The victim by its struct pid, read in the initial namespace. */
static __always_inline void count_memory_read_of(struct pid *pid, enum memory_method method,
						 __u64 bytes)
{
	struct task_struct *victim;
	struct upid upid = {};

	bpf_core_read(&upid, sizeof(upid), &pid->numbers[0]);
	victim = bpf_task_from_pid(upid.nr);
	if (!victim) {
		count_failure(FAILURE_VICTIM_UNRESOLVED);
		return;
	}
	count_memory_read(victim, method, bytes);
	bpf_task_release(victim);
}

/* By a number in the namespace of the caller. To be released. */
static __always_inline struct task_struct *task_of_pid(__s32 pid)
{
	if (setting_task_from_vpid)
		return bpf_task_from_vpid(pid);
	if (!BPF_CORE_READ(bpf_get_current_task_btf(), thread_pid, level))
		return bpf_task_from_pid(pid); /* only the initial namespace counts alike */
	return NULL;
}

static __always_inline void count_memory_read_at(__s32 pid, enum memory_method method, __u64 bytes)
{
	struct task_struct *victim = task_of_pid(pid);

	if (!victim) {
		count_failure(FAILURE_VICTIM_UNRESOLVED);
		return;
	}
	count_memory_read(victim, method, bytes);
	bpf_task_release(victim);
}

#endif
