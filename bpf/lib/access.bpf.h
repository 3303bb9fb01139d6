/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* "`bytes` of this file were read or written by this task", whatever hook says so. */
#ifndef MODELWARDEN_LIB_ACCESS_H
#define MODELWARDEN_LIB_ACCESS_H

/* By key, where it is counted. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct access_key);
	__type(value, __u32);
} accesses SEC(".maps");

/* Apart, because the stack of all that call each other on the way to a channel is short. */
__noinline int store_file_path(const struct references *references, __u32 file_id)
{
	struct text_key key = {.id = file_id, .kind = TEXT_FILE_PATH};
	struct task_struct *task;

	if (!references)
		return 0;
	task = references->task;
	key.mount_namespace = mount_namespace_of(task);
	store_path(&key, &references->file->f_path, BPF_CORE_READ(task, fs));
	return 0;
}

static __always_inline void ring_touch(const struct doorbell *where)
{
	struct doorbell *doorbell = bpf_ringbuf_reserve(&doorbells, sizeof(*doorbell), 0);

	if (!doorbell) {
		count_failure(FAILURE_RING_FULL);
		return;
	}
	*doorbell = *where;
	bpf_ringbuf_submit(doorbell, 0);
}

/* A process has a model or an undecided file in its hands: from now on its egress is counted. */
__noinline int touch_file(const struct references *references, const struct doorbell *where,
			  __u32 flags)
{
	struct process_facts *facts;

	if (!references || !where)
		return 0;
	facts = arm(references, &where->process, flags);
	/* It may have changed both since it was armed. The path is stored by its namespace. */
	if (facts) {
		facts->mount_namespace = mount_namespace_of(references->task);
		store_name(references->task, facts);
	}
	store_file_path(references, where->file_id);
	ring_touch(where);
	return 0;
}

static __always_inline void describe_touch(struct doorbell *where, const struct file_key *file,
					   const struct file_facts *facts, int descriptor,
					   __u64 address)
{
	where->file = *file;
	where->file_id = facts->id;
	where->descriptor = descriptor;
	where->address = address;
	where->kind =
		facts->verdict == FILE_UNDECIDED ? DOORBELL_FILE_UNDECIDED : DOORBELL_FIRST_TOUCH;
}

static __always_inline __u32 place_of(const struct access_key *key)
{
	__u32 *place = bpf_map_lookup_elem(&accesses, key);

	return place ? *place : NO_PLACE;
}

/* False if there is no such place. */
static __always_inline bool count_read_at(__u32 place, struct file *file, __u64 start, __u64 bytes)
{
	struct access_count *count = count_at(place);

	if (!count)
		return false;
	add_to_totals(&count->totals, bytes);
	cover(&count->coverage, start_in_file(file, start, bytes), bytes);
	return true;
}

static __always_inline bool count_written_at(__u32 place, __u64 bytes)
{
	struct access_count *count = count_at(place);

	if (!count)
		return false;
	add_to_totals(&count->totals, bytes);
	return true;
}

/* Where it is counted if the process has accessed the file in this way before, else NO_PLACE. */
__noinline __u32 count_next_access(const struct access_key *key,
				   const struct references *references, __u64 start, __u64 bytes)
{
	__u32 place;
	bool counted;

	if (!key || !references)
		return NO_PLACE;
	place = place_of(key);
	counted = key->direction == DIRECTION_READ
			  ? count_read_at(place, references->file, start, bytes)
			  : count_written_at(place, bytes);
	return counted ? place : NO_PLACE;
}

/* It may be another thread's by now, which is as good. */
static __always_inline void begin_access(const struct access_key *key, __u64 file_bytes)
{
	__u32 place = take_place();
	struct access_count *count = count_at(place);

	if (!count)
		return;
	__builtin_memset(count, 0, sizeof(*count));
	count->totals.first_ns = bpf_ktime_get_boot_ns();
	begin_coverage(&count->coverage, file_bytes);
	if (bpf_map_update_elem(&accesses, key, &place, BPF_NOEXIST))
		give_back_place(place);
}

__noinline int count_first_access(const struct access_key *key, const struct references *references,
				  __u64 start, __u64 bytes, __u64 file_bytes)
{
	if (!key || !references)
		return 0;
	begin_access(key, file_bytes);
	if (count_next_access(key, references, start, bytes) != NO_PLACE)
		return 0;
	count_failure(FAILURE_COUNTER_MAP_FULL);
	return count_elsewhere(&key->process, key->direction == DIRECTION_READ ? bytes : 0, 0);
}

/*
 * `start` is where it began in the file, or START_… Returns the file's id, or 0 if it is none that
 * is counted. `model` is set if it is a model for sure.
 */
static __always_inline __u32 count_access_by(struct task_struct *task, struct file *file,
					     struct inode *inode, int descriptor,
					     enum access_method method,
					     enum access_direction direction, __u64 start,
					     __u64 bytes, bool *model)
{
	struct access_key key = {.method = method, .direction = direction};
	struct file_key file_key = {};
	struct file_facts *facts;
	struct sight sight;
	__u32 whose, place;
	bool full = false;

	begin_sight(&sight);
	whose = verdict_of(task);
	if (is_passed_over(inode, whose))
		return 0;
	read_process_key(task, &key.process);
	if (is_agent(&key.process))
		return 0;
	facts = find_model(file, inode, whose, &file_key, &full);
	if (full)
		count_elsewhere(&key.process, direction == DIRECTION_READ ? bytes : 0, 0);
	if (!facts)
		return 0;
	*model = facts->verdict == FILE_MODEL;
	end_sight(&sight, facts);
	key.file_id = facts->id;
	struct references references = {.task = task, .file = file};
	place = count_next_access(&key, &references, start, bytes);
	if (place != NO_PLACE) {
		if (method == METHOD_READ && !setting_race_witness && !file_key.subvolume)
			remember_read(&key, &file_key, inode->i_sb, &sight,
				      cgroup_that_matters(task), place);
		return key.file_id;
	}
	struct doorbell where = {.process = key.process};
	describe_touch(&where, &file_key, facts, descriptor, 0);
	touch_file(&references, &where, 0);
	count_first_access(&key, &references, start, bytes, inode->i_size);
	return key.file_id;
}

static __always_inline __u32 count_access(struct file *file, struct inode *inode, int descriptor,
					  enum access_method method,
					  enum access_direction direction, __u64 start, __u64 bytes,
					  bool *model)
{
	return count_access_by(bpf_get_current_task_btf(), file, inode, descriptor, method,
			       direction, start, bytes, model);
}

/* Of a file that nobody can tell: by a process that holds or may hold a model, it may be one. */
static __always_inline void count_unknown_read(const struct process_key *process, __u64 bytes)
{
	if (find_armed(process))
		count_elsewhere(process, bytes, 0);
}

/*
 * A descriptor of a model came into being in the process, by open or otherwise. Returns the id of
 * the file, 0 if it is none.
 */
static __always_inline __u32 arm_for_file(struct file *file, struct inode *inode, int descriptor,
					  struct task_struct *task, __u32 flags)
{
	struct references references = {.task = task, .file = file};
	struct process_facts *armed;
	struct doorbell where = {};
	__u32 whose = verdict_of(task);
	struct file_key file_key = {};
	struct file_facts *facts;
	bool full = false;

	if (is_passed_over(inode, whose))
		return 0;
	read_process_key(task, &where.process);
	if (is_agent(&where.process))
		return 0;
	facts = find_model(file, inode, whose, &file_key, &full);
	if (full)
		arm(&references, &where.process, flags);
	if (!facts)
		return 0;
	if (setting_race_witness && is_stacked(inode))
		note_above(file, inode, &file_key);
	armed = find_armed(&where.process);
	/* What was opened unseen has no path yet. */
	if (armed && facts->verdict == FILE_MODEL && !(flags & PROCESS_RECOVERED)) {
		arm_known(&references, &where.process, armed, flags);
		return facts->id;
	}
	describe_touch(&where, &file_key, facts, descriptor, 0);
	touch_file(&references, &where, flags);
	return where.file_id;
}

#endif
