/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Most reads are like the one before: the same process, the same version of the same file. Each
 * processor remembers where the last few of them were counted, and finds the count again by loads
 * alone, where two look-ups would cost most of what a read is made to wait.
 *
 * What is remembered holds until user space has ended a poll: only there verdicts, cgroups and
 * files are decided on anew.
 */
#ifndef MODELWARDEN_LIB_RECENT_READ_H
#define MODELWARDEN_LIB_RECENT_READ_H

enum { RECENT_READS = 32 };

/* Not of btrfs, whose files are told apart by what is not loaded so fast. */
struct recent_read {
	__u32 version; /* odd while it is written */
	__u32 poll;
	struct process_key process;
	__u32 generation;
	__u32 place;
	__u64 super_block; /* its address: one load less than its device */
	__u64 inode;
	__u64 size_bytes;
	__s64 change_time_ns;
	__u64 cgroup; /* 0 while all are counted */
};

struct recent_reads {
	struct recent_read slots[RECENT_READS];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct recent_reads);
} recent_reads SEC(".maps");

__u32 polls_ended;

/* On one processor a program may only be interrupted: order is what the compiler makes of it. */
#define in_order() asm volatile("" ::: "memory")

static __always_inline struct recent_read *recent_slot(__u32 tgid, __u64 inode)
{
	struct recent_reads *own;
	__u32 zero = 0;

	own = bpf_map_lookup_elem(&recent_reads, &zero);
	return own ? &own->slots[(inode + tgid) & (RECENT_READS - 1)] : NULL;
}

static __always_inline __u64 cgroup_that_matters(struct task_struct *task)
{
	return selection_active ? cgroup_id_of(task) : 0;
}

static __always_inline bool is_same_reader(const struct recent_read *slot, struct task_struct *task)
{
	return slot->process.exec_id == task->self_exec_id &&
	       slot->process.start_time_ns == task->group_leader->start_boottime &&
	       slot->cgroup == cgroup_that_matters(task);
}

static __always_inline bool is_same_file(const struct recent_read *slot, struct inode *inode)
{
	return slot->size_bytes == (__u64)inode->i_size &&
	       slot->change_time_ns == inode_change_time_ns(inode) &&
	       slot->generation == inode->i_generation && slot->super_block == (__u64)inode->i_sb;
}

/* Where it is counted what this process reads of this file, NO_PLACE if that is not remembered. */
static __always_inline __u32 recent_place(struct task_struct *task, struct inode *inode)
{
	__u32 tgid = task->tgid, version, place;
	__u64 number = inode->i_ino;
	struct recent_read *slot = recent_slot(tgid, number);

	if (!slot)
		return NO_PLACE;
	version = slot->version;
	in_order();
	if (slot->inode != number || slot->process.tgid != tgid || slot->poll != polls_ended ||
	    !is_same_reader(slot, task) || !is_same_file(slot, inode))
		return NO_PLACE;
	place = slot->place;
	in_order();
	return version & 1 || slot->version != version ? NO_PLACE : place;
}

/* Of which version a read is, taken in this order and before the file's id. */
struct sight {
	__u32 poll;
	__u64 size_bytes;
	__s64 change_time_ns;
};

static __always_inline void begin_sight(struct sight *sight)
{
	sight->poll = polls_ended;
	in_order();
}

static __always_inline void end_sight(struct sight *sight, const struct file_facts *facts)
{
	sight->size_bytes = facts->size_bytes;
	sight->change_time_ns = facts->change_time_ns;
	in_order();
}

static __always_inline void remember_read(const struct access_key *key, const struct file_key *file,
					  const struct super_block *super_block,
					  const struct sight *sight, __u64 cgroup, __u32 place)
{
	struct recent_read *slot = recent_slot(key->process.tgid, file->inode);
	__u32 version;

	if (!slot)
		return;
	version = slot->version;
	if (version & 1 ||
	    __sync_val_compare_and_swap(&slot->version, version, version + 1) != version)
		return;
	in_order();
	slot->poll = sight->poll;
	slot->process = key->process;
	slot->super_block = (__u64)super_block;
	slot->generation = file->generation;
	slot->inode = file->inode;
	slot->size_bytes = sight->size_bytes;
	slot->change_time_ns = sight->change_time_ns;
	slot->cgroup = cgroup;
	slot->place = place;
	in_order();
	slot->version = version + 2;
}

#endif
