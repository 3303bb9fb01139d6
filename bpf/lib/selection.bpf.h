/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which cgroups are counted. User space decides on each by its path; one that it has not decided on
 * is counted, so that a cgroup made a moment ago, in a container or elsewhere, hides nothing.
 */
#ifndef MODELWARDEN_LIB_SELECTION_H
#define MODELWARDEN_LIB_SELECTION_H

enum {
	HELD_BITS_LOG2 = 19,
	HELD_WORDS = 1 << (HELD_BITS_LOG2 - 6),
	LEFT_OUT_LOG2 = 12,
	LEFT_OUT_SLOTS = 1 << LEFT_OUT_LOG2,
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64); /* id of the cgroup */
	__type(value, __u32);
} cgroup_verdicts SEC(".maps");

/* Some are left out: only then does a verdict matter. */
__u32 selection_active;

/*
 * Cgroups that are left out, each in the slot of its id: one load instead of a look-up. Only user
 * space writes here, and a cgroup whose slot another one has taken is looked up.
 */
__u64 left_out_cgroups[LEFT_OUT_SLOTS];

/*
 * A bit for each file that a counted cgroup has had, by a hash of its inode. It saves those left
 * out the look-up of nearly every file. Bits stay: the facts of the file have the last word.
 */
__u64 held_files[HELD_WORDS];

static __always_inline bool is_left_out(__u64 id)
{
	__u32 slot = id * 0x9e3779b97f4a7c15ULL >> (64 - LEFT_OUT_LOG2);

	return left_out_cgroups[slot & (LEFT_OUT_SLOTS - 1)] == id;
}

static __always_inline __u32 held_bit(struct inode *inode)
{
	__u64 identity = inode->i_ino ^ (__u64)inode->i_sb->s_dev << 32;

	return identity * 0x9e3779b97f4a7c15ULL >> (64 - HELD_BITS_LOG2);
}

static __always_inline bool may_be_held(struct inode *inode)
{
	__u32 bit = held_bit(inode);

	return held_files[bit / 64 & (HELD_WORDS - 1)] >> bit % 64 & 1;
}

static __always_inline void set_held(struct inode *inode)
{
	__u32 bit = held_bit(inode);

	if (!may_be_held(inode))
		__sync_fetch_and_or(&held_files[bit / 64 & (HELD_WORDS - 1)], 1ULL << bit % 64);
}

/* The first sight of a cgroup: user space learns its path. */
__noinline int meet_cgroup(const struct references *references, __u64 id)
{
	struct process_key nobody = {};
	__u32 undecided = CGROUP_UNDECIDED;

	if (!references)
		return 0;
	if (bpf_map_update_elem(&cgroup_verdicts, &id, &undecided, BPF_NOEXIST)) {
		if (!bpf_map_lookup_elem(&cgroup_verdicts, &id))
			count_failure(FAILURE_SELECTION_MAP_FULL);
		return 0;
	}
	store_cgroup_path(cgroup_of(references->task));
	ring(DOORBELL_NEW_CGROUP, &nobody);
	return 0;
}

/* Of the cgroup of a task, which is the current one or met by an iterator. */
static __always_inline __u32 verdict_of(struct task_struct *task)
{
	struct references references = {.task = task};
	__u32 *verdict;
	__u64 id;

	if (!selection_active)
		return CGROUP_SELECTED;
	id = cgroup_id_of(task);
	if (is_left_out(id))
		return CGROUP_LEFT_OUT;
	verdict = bpf_map_lookup_elem(&cgroup_verdicts, &id);
	if (verdict)
		return *verdict;
	meet_cgroup(&references, id);
	return CGROUP_UNDECIDED;
}

/* Whether nothing is to be done for this file, whatever it is. The cheapest answer comes first. */
static __always_inline bool is_passed_over(struct inode *inode, __u32 whose)
{
	return whose == CGROUP_LEFT_OUT && !may_be_held(inode);
}

static __always_inline void note_holder(struct file_facts *facts, struct inode *inode, __u32 whose)
{
	__u32 holder = whose == CGROUP_SELECTED ? HOLDER_SELECTED : HOLDER_UNDECIDED;

	if (facts->holder >= holder)
		return;
	set_held(inode);
	if (holder == HOLDER_SELECTED)
		facts->holder = HOLDER_SELECTED;
	else
		__sync_val_compare_and_swap(&facts->holder, HOLDER_NONE, HOLDER_UNDECIDED);
}

/* A cgroup is gone. Ids are not used again in a hierarchy, but each hierarchy counts for itself. */
static __always_inline void cgroup_removed(struct cgroup *cgroup)
{
	struct cgroup *own = cgroup_of(bpf_get_current_task_btf());
	__u64 id = BPF_CORE_READ(cgroup, kn, id);

	if (BPF_CORE_READ(cgroup, root) == BPF_CORE_READ(own, root))
		bpf_map_delete_elem(&cgroup_verdicts, &id);
}

#endif
