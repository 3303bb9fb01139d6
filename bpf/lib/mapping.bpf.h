/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* "This task maps these bytes of this file": distinct ranges at the call, the live union by sample.
 */
#ifndef MODELWARDEN_LIB_MAPPING_H
#define MODELWARDEN_LIB_MAPPING_H

enum {
	PAGE_SHIFT = 12,
	PAGE_BYTES = 1 << PAGE_SHIFT,
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct mapping_key);
	__type(value, struct mapping_count);
} mappings SEC(".maps");

/* What a new entry is copied from: it does not fit on the stack. Bytes, because the verifier lets
 * nobody touch a lock that lies outside a map's value. */
static const char empty_mapping[sizeof(struct mapping_count)];

/* The number of the current sample, set by user space before it runs the iterator. */
__u32 mapping_sample;

/*
 * Adds a range to a union and merges what overlaps or touches; one pass is enough, because the
 * ranges neither overlap nor touch before. Without a free place the range counts as new: an upper
 * bound stays one. Returns the bytes that were not covered before.
 */
static __always_inline __u64 add_range(struct range_set *set, __u64 start, __u64 end, bool *full)
{
	__u64 covered = 0;
	int place = -1;

	if (start >= end)
		return 0;
	for (int i = 0; i < MAPPING_RANGES; i++) {
		struct byte_range *range = &set->ranges[i];

		if (range->start != range->end && range->start <= end && start <= range->end) {
			covered += range->end - range->start;
			start = range->start < start ? range->start : start;
			end = range->end > end ? range->end : end;
			range->start = range->end = 0;
		}
		if (range->start == range->end)
			place = i;
	}
	if (place >= 0 && place < MAPPING_RANGES) {
		set->ranges[place].start = start;
		set->ranges[place].end = end;
	} else {
		*full = true;
	}
	set->bytes += end - start - covered;
	return end - start - covered;
}

static __always_inline struct mapping_count *find_mapping(const struct mapping_key *key)
{
	struct mapping_count *count = bpf_map_lookup_elem(&mappings, key);

	if (count)
		return count;
	bpf_map_update_elem(&mappings, key, empty_mapping, BPF_NOEXIST);
	count = bpf_map_lookup_elem(&mappings, key);
	if (!count)
		count_failure(FAILURE_MAPPING_MAP_FULL);
	return count;
}

static __always_inline void clamp_to_file(struct inode *inode, __u64 *start, __u64 *end)
{
	__u64 size_bytes = inode->i_size;

	*end = *end > size_bytes ? size_bytes : *end;
	*start = *start > *end ? *end : *start;
}

__noinline int count_new_mapping(const struct mapping_key *key, __u64 start, __u64 end)
{
	struct mapping_count *count;
	bool full = false;

	if (!key)
		return 0;
	count = find_mapping(key);
	if (!count)
		return count_elsewhere(&key->process, end - start, 0);
	bpf_spin_lock(&count->lock);
	add_range(&count->distinct, start, end, &full);
	bpf_spin_unlock(&count->lock);
	if (full)
		count_failure(FAILURE_MAPPING_RANGES_FULL);
	count->last_ns = bpf_ktime_get_boot_ns();
	if (!count->first_ns)
		count->first_ns = count->last_ns;
	__sync_fetch_and_add(&count->operations, 1);
	return 0;
}

__noinline int cover_mapping(const struct mapping_key *key, __u64 start, __u64 end,
			     __u64 file_bytes)
{
	struct mapping_count *count;

	if (!key || start >= end)
		return 0;
	count = bpf_map_lookup_elem(&mappings, key);
	if (!count)
		return 0;
	if (!count->coverage.begun)
		begin_coverage(&count->coverage, file_bytes);
	cover(&count->coverage, start, end - start);
	return 0;
}

/*
 * mmap of `length` bytes from `offset` of `file` by the current task succeeded at `address`.
 * Returns whether the file is or may be a model.
 */
__noinline int count_mapping(const struct references *mapped, __u64 address, __u64 offset,
			     __u64 length)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct references references = {.task = task};
	struct doorbell where = {.address = address};
	__u64 start = offset, end = offset + ((length + PAGE_BYTES - 1) & -PAGE_BYTES);
	struct file_key file_key = {};
	struct mapping_key key = {};
	struct file_facts *facts;
	struct inode *inode;
	struct file *file;
	bool full = false;
	__u32 whose;

	if (!mapped)
		return 0;
	references.file = file = kernel_object(file, mapped->file);
	inode = file->f_inode;
	if (!may_be_model(inode))
		return 0;
	whose = verdict_of(task);
	if (is_passed_over(inode, whose))
		return 0;
	read_process_key(task, &key.process);
	if (is_agent(&key.process))
		return 0;
	clamp_to_file(inode, &start, &end);
	facts = find_model(file, inode, whose, &file_key, &full);
	if (full)
		count_elsewhere(&key.process, end - start, 0);
	if (!facts)
		return 0;
	key.file_id = facts->id;
	if (!bpf_map_lookup_elem(&mappings, &key)) {
		where.process = key.process;
		describe_touch(&where, &file_key, facts, -1, address);
		touch_file(&references, &where, 0);
	}
	count_new_mapping(&key, start, end);
	cover_mapping(&key, start, end, inode->i_size);
	return 1;
}

/* In a frame of its own: that of its caller has no room left. */
static __noinline int print_area(struct seq_file *seq, const struct mapping_key *key, __u64 address,
				 __u64 start, __u64 end)
{
	struct mapped_area mapped = {
		.key = *key,
		.address = address,
		.start = start,
		.end = end,
	};

	bpf_seq_write(seq, &mapped, sizeof(mapped));
	return 0;
}

/* One area of the address space of `task`, met by the iterator, which prints it if it is of a
 * model. */
static __always_inline void sample_mapping(struct seq_file *seq, struct task_struct *task,
					   struct vm_area_struct *area, __u32 flags)
{
	struct file *file = area->vm_file;
	__u64 start, end;
	struct references references = {.task = task, .file = file};
	struct doorbell where = {.address = area->vm_start};
	struct file_key file_key = {};
	struct mapping_key key = {};
	struct mapping_count *count;
	struct file_facts *facts;
	struct inode *inode;
	bool full = false;
	__u32 whose;

	if (!file)
		return;
	inode = kernel_object(inode, BPF_CORE_READ(file, f_inode));
	if (!may_be_model(inode))
		return;
	whose = verdict_of(task);
	if (is_passed_over(inode, whose))
		return;
	read_process_key(task, &key.process);
	facts = find_model(file, inode, whose, &file_key, &full);
	if (!facts || is_agent(&key.process))
		return;
	key.file_id = facts->id;
	start = (__u64)area->vm_pgoff << PAGE_SHIFT;
	end = start + (area->vm_end - area->vm_start);
	clamp_to_file(inode, &start, &end);
	print_area(seq, &key, area->vm_start, start, end);
	if (!bpf_map_lookup_elem(&mappings, &key)) {
		where.process = key.process;
		describe_touch(&where, &file_key, facts, -1, area->vm_start);
		touch_file(&references, &where, flags);
	}
	count = find_mapping(&key);
	if (!count)
		return;
	if (count->live_sample != mapping_sample) {
		__builtin_memset(&count->live, 0, sizeof(count->live));
		count->live_sample = mapping_sample;
	}
	add_range(&count->live, start, end, &full);
}

#endif
