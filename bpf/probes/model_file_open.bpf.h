/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Subject: descriptors of model files. A process is armed here, before it can read: what a second
 * thread sends during the first read, or a whole-file sendfile, is counted from its first byte.
 */

__noinline int model_file_open(__u32 descriptor)
{
	struct file *file = file_of(descriptor);
	struct inode *inode;

	if (!file)
		return 0;
	inode = file->f_inode;
	if (is_kernel_memory(inode))
		note_blind_spot(BLIND_SPOT_KERNEL_MEMORY, 0, 0);
	else if (may_be_model(inode) ||
		 (is_regular(inode) && BPF_CORE_READ(file, f_mode) & FMODE_WRITE))
		arm_for_file(file, inode, descriptor, bpf_get_current_task_btf(), 0);
	else if ((inode->i_mode & S_IFMT) == S_IFIFO)
		register_new(descriptor, ROLE_UNKNOWN);
	else if (!is_regular(inode))
		device_opened(inode);
	return 0;
}
