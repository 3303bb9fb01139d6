/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Subject: descriptors of model files and of copies. A process is armed here, before it can read:
 * what a second thread sends during the first read, or a whole-file sendfile, is counted from its
 * first byte.
 */

static __always_inline void regular_file_opened(struct file *file, struct inode *inode,
						int descriptor, struct task_struct *task)
{
	bool may_count = may_be_model(inode) || file->f_mode & FMODE_WRITE;

	if (!may_count || !arm_for_file(file, inode, descriptor, task, 0))
		staged_open(file, inode);
}

__noinline int model_file_open(__u32 descriptor)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file *file = file_of_task(task, descriptor);
	struct inode *inode;

	if (!file)
		return 0;
	inode = file->f_inode;
	if (is_kernel_memory(inode))
		note_blind_spot(BLIND_SPOT_KERNEL_MEMORY, 0, 0);
	else if (is_regular(inode))
		regular_file_opened(file, inode, descriptor, task);
	else if ((inode->i_mode & S_IFMT) == S_IFIFO)
		register_new(descriptor, ROLE_UNKNOWN);
	else
		device_opened(inode);
	return 0;
}
