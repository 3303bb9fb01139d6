/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The race's witness: whose pages the kernel has handed to the call that reads, told while it does.
 * A descriptor that another thread closes or replaces meanwhile leads elsewhere by the end of the
 * call; this does not.
 */
#ifndef MODELWARDEN_LIB_WITNESS_H
#define MODELWARDEN_LIB_WITNESS_H

/* Of each thread: the address of the inode; 0 between its calls. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} witnesses SEC(".maps");

static __always_inline void note_witness(struct task_struct *task, struct inode *inode)
{
	__u64 *witness =
		bpf_task_storage_get(&witnesses, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (witness)
		*witness = (__u64)inode;
	else
		count_failure(FAILURE_WITNESS_LOST);
}

/* Of the call that ends here, 0 if none spoke. Nothing is left for the next one. */
static __always_inline __u64 take_witness(void)
{
	__u64 *witness = bpf_task_storage_get(&witnesses, bpf_get_current_task_btf(), NULL, 0);
	__u64 inode = witness ? *witness : 0;

	if (inode)
		*witness = 0;
	return inode;
}

#endif
