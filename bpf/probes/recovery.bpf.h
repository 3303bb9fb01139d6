/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Subject: what was open or mapped before the agent started, and the live size of mappings. */

static __always_inline void recover_descriptor(struct bpf_iter__task_file *context)
{
	struct task_struct *task = context->task;
	struct file *file = context->file;
	struct open_file open = {};
	struct inode *inode;

	if (!task || !file)
		return;
	inode = kernel_object(inode, BPF_CORE_READ(file, f_inode));
	if (may_be_model(inode))
		open.file_id = arm_for_file(file, inode, context->fd, task, PROCESS_RECOVERED);
	/* One by its path only can neither be read nor be written. */
	if (!open.file_id || !(BPF_CORE_READ(file, f_mode) & (FMODE_READ | FMODE_WRITE)))
		return;
	read_process_key(task, &open.process);
	bpf_seq_write(context->meta->seq, &open, sizeof(open));
}

static __always_inline void recover_mapping(struct bpf_iter__task_vma *context)
{
	struct vm_area_struct *area = context->vma;
	struct task_struct *task = context->task;

	if (task && area)
		sample_mapping(context->meta->seq, task, area, PROCESS_RECOVERED);
}
