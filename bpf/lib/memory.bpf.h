/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * "This task took memory of that task, or wrote into it", counted where one of them holds or may
 * hold a model.
 */
#ifndef MODELWARDEN_LIB_MEMORY_H
#define MODELWARDEN_LIB_MEMORY_H

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct memory_key);
	__type(value, struct totals);
} memory_reads SEC(".maps");

__noinline int count_memory(const struct memory_key *key, __u64 bytes)
{
	struct totals fresh = {}, *count;

	if (!key)
		return 0;
	count = bpf_map_lookup_elem(&memory_reads, key);
	if (count) {
		add_to_totals(count, bytes);
		return 0;
	}
	begin_totals(&fresh, bytes);
	if (bpf_map_update_elem(&memory_reads, key, &fresh, BPF_ANY))
		count_failure(FAILURE_MEMORY_MAP_FULL);
	ring(DOORBELL_MEMORY_READ, &key->reader);
	return 0;
}

static __always_inline bool is_same_image(const struct process_key *one,
					  const struct process_key *other)
{
	return one->tgid == other->tgid && one->start_time_ns == other->start_time_ns;
}

/* The reader holds the victim's data from here on: its egress matters. */
static __always_inline void count_memory_read(struct task_struct *reader,
					      struct task_struct *victim, enum memory_method method,
					      __u64 bytes)
{
	struct references reading = {.task = reader};
	struct memory_key key = {.method = method};

	read_process_key(reader, &key.reader);
	read_process_key(victim, &key.victim);
	if (is_agent(&key.reader) || is_same_image(&key.reader, &key.victim))
		return;
	if (!find_armed(&key.victim))
		return;
	if (!find_armed(&key.reader))
		arm(&reading, &key.reader, 0);
	count_memory(&key, bytes);
}

/*
 * A holder that writes into another process gives it its data; whoever writes into a holder puts
 * code or an order into it. Both are counted under the same key, and both are marked.
 */
static __always_inline void count_memory_write(struct task_struct *writer,
					       struct task_struct *target,
					       enum memory_method method, __u64 bytes)
{
	struct references writing = {.task = writer}, written = {.task = target};
	struct memory_key key = {.method = method};
	bool writer_armed, target_armed;

	read_process_key(writer, &key.reader);
	read_process_key(target, &key.victim);
	if (is_agent(&key.reader) || is_agent(&key.victim) ||
	    is_same_image(&key.reader, &key.victim))
		return;
	writer_armed = find_armed(&key.reader) != NULL;
	target_armed = find_armed(&key.victim) != NULL;
	if (!writer_armed && !target_armed)
		return;
	if (!writer_armed)
		arm(&writing, &key.reader, 0);
	if (!target_armed)
		arm(&written, &key.victim, 0);
	count_memory(&key, bytes);
}

static __always_inline void count_memory_access(struct task_struct *other,
						enum memory_method method, __u64 bytes)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (method == MEMORY_PROCESS_VM_WRITEV || method == MEMORY_PTRACE_WRITE ||
	    method == MEMORY_PROC_MEM_WRITE)
		count_memory_write(task, other, method, bytes);
	else
		count_memory_read(task, other, method, bytes);
}

/* The other by its struct pid, read in the initial namespace. */
static __always_inline void count_memory_of(struct pid *pid, enum memory_method method, __u64 bytes)
{
	struct task_struct *other;
	struct upid upid = {};

	bpf_core_read(&upid, sizeof(upid), &pid->numbers[0]);
	other = bpf_task_from_pid(upid.nr);
	if (!other) {
		count_failure(FAILURE_VICTIM_UNRESOLVED);
		return;
	}
	count_memory_access(other, method, bytes);
	bpf_task_release(other);
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

static __always_inline void count_memory_at(__s32 pid, enum memory_method method, __u64 bytes)
{
	struct task_struct *other = task_of_pid(pid);

	if (!other) {
		count_failure(FAILURE_VICTIM_UNRESOLVED);
		return;
	}
	count_memory_access(other, method, bytes);
	bpf_task_release(other);
}

#endif
