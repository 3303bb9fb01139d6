/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What differs between kernels, one function each, chosen by what the kernel has, not by its
 * number. */
#ifndef MODELWARDEN_LIB_KERNEL_COMPAT_H
#define MODELWARDEN_LIB_KERNEL_COMPAT_H

#define NANOSECONDS_PER_SECOND 1000000000LL
#define BTRFS_MAGIC            0x9123683e
#define CTIME_QUERIED          (1U << 31)

/* Turns an address into a pointer whose fields are loaded directly, at a tenth of a probe read. */
extern void *bpf_rdonly_cast(const void *object, __u32 btf_id) __ksym;
extern struct task_struct *bpf_task_from_pid(__s32 pid) __ksym;
extern struct task_struct *bpf_task_from_vpid(__s32 pid) __ksym __weak;
extern void bpf_task_release(struct task_struct *task) __ksym;

#define kernel_object(type, address)                                                               \
	((struct type *)bpf_rdonly_cast((void *)(address), bpf_core_type_id_kernel(struct type)))

/*
 * Kernel objects handed to a global function. Such a function is verified once instead of once for
 * each state of each caller, but takes only numbers and memory: the addresses travel in memory.
 */
struct references {
	struct task_struct *task;
	struct file *file;
	__u64 hops; /* channels over which the task got what it is armed for */
};

/* Whether one descriptor is all that leads to this open file. */
static __always_inline bool is_only_reference(struct file *file)
{
	struct file___6_12 *older = (void *)file;

	if (bpf_core_field_exists(file->f_ref))
		return file->f_ref.refcnt.counter == 0;
	return BPF_CORE_READ(older, f_count.counter) == 1;
}

/*
 * Commit 3aa63a569c64 (6.11) split the times of an inode into seconds and nanoseconds. Since 6.13
 * the top bit of these says that somebody has asked for the time, which is no change.
 */
static __always_inline __s64 inode_change_time_ns(struct inode *inode)
{
	if (bpf_core_field_exists(inode->i_ctime_sec))
		return inode->i_ctime_sec * NANOSECONDS_PER_SECOND +
		       (inode->i_ctime_nsec & ~CTIME_QUERIED);
	struct inode___times_6_6 *newer = (void *)inode;
	if (bpf_core_field_exists(newer->__i_ctime))
		return BPF_CORE_READ(newer, __i_ctime.tv_sec) * NANOSECONDS_PER_SECOND +
		       BPF_CORE_READ(newer, __i_ctime.tv_nsec);
	struct inode___times_5 *older = (void *)inode;
	return BPF_CORE_READ(older, i_ctime.tv_sec) * NANOSECONDS_PER_SECOND +
	       BPF_CORE_READ(older, i_ctime.tv_nsec);
}

static __always_inline __s64 inode_modify_time_ns(struct inode *inode)
{
	if (bpf_core_field_exists(inode->i_mtime_sec))
		return inode->i_mtime_sec * NANOSECONDS_PER_SECOND + inode->i_mtime_nsec;
	struct inode___mtime_6_7 *newer = (void *)inode;
	if (bpf_core_field_exists(newer->__i_mtime))
		return BPF_CORE_READ(newer, __i_mtime.tv_sec) * NANOSECONDS_PER_SECOND +
		       BPF_CORE_READ(newer, __i_mtime.tv_nsec);
	struct inode___mtime_5 *older = (void *)inode;
	return BPF_CORE_READ(older, i_mtime.tv_sec) * NANOSECONDS_PER_SECOND +
	       BPF_CORE_READ(older, i_mtime.tv_nsec);
}

/* Three subvolumes of one btrfs file system share device and inode number (seen). */
static __always_inline __u64 inode_subvolume(struct inode *inode)
{
	struct btrfs_inode *btrfs;

	if (!bpf_core_type_exists(struct btrfs_inode) || inode->i_sb->s_magic != BTRFS_MAGIC)
		return 0;
	btrfs = (void *)inode - bpf_core_field_offset(struct btrfs_inode, vfs_inode);
	return BPF_CORE_READ(btrfs, root, root_key.objectid);
}

#endif
