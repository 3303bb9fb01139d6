/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Subject: memory that processes share: files on disk, in memory or without a name that several of
 * them have mapped. Nothing tells what is written there, only who could write and who could read.
 */

enum {
	VM_WRITE = 2,
	VM_SHARED = 8,
	SHARED_BYTES = 1 << 20, /* less is no copy of a model */
	SHARED_AREAS = 1 << 15, /* more than any machine has that is not attacked */
};

/* Printed in this look; user space begins at 0. */
__u32 shared_areas_printed;

static __always_inline bool is_known_model(struct inode *inode)
{
	struct file_key key = {};
	struct file_facts *facts;

	read_file_key(inode, &key);
	facts = bpf_map_lookup_elem(&files, &key);
	return facts && facts->verdict == FILE_MODEL;
}

static __always_inline void print_shared_area(struct bpf_iter__task_vma *context)
{
	struct vm_area_struct *area = context->vma;
	struct task_struct *task = context->task;
	struct shared_area shared = {};
	struct process_facts *facts;
	struct inode *inode;

	if (!task || !area || !(area->vm_flags & VM_SHARED) || !area->vm_file)
		return;
	inode = kernel_object(inode, BPF_CORE_READ(area, vm_file, f_inode));
	if (!is_regular(inode) || inode->i_size < SHARED_BYTES || is_known_model(inode))
		return;
	read_process_key(task, &shared.process);
	if (is_agent(&shared.process))
		return;
	if (shared_areas_printed++ >= SHARED_AREAS) {
		count_failure(FAILURE_SHARED_AREAS_SKIPPED);
		return;
	}
	shared.bytes = area->vm_end - area->vm_start;
	shared.channel = channel_of_file(inode);
	facts = find_armed(&shared.process);
	shared.armed = !!facts;
	shared.writes = facts && !is_server(facts) && area->vm_flags & VM_WRITE;
	bpf_seq_write(context->meta->seq, &shared, sizeof(shared));
}
