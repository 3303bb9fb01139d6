/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Subject: reads during which another thread closes the descriptor, or puts another file in its
 * place. By what the page cache tells of each call, for whoever asks for it: such reads go to the
 * file that was read. What is only read ahead is not told, and nothing of reads past the page cache
 * (tmpfs, O_DIRECT, DAX).
 */

enum read_race {
	RACE_NONE,
	RACE_COUNTED,
	RACE_UNKNOWN, /* of another file, which was never met */
};

/* Only of calls that ask for it when they end, so that nothing is left over. */
static __always_inline void pages_taken(struct inode *inode)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

	if (!may_be_model(inode) || task->flags & (PF_KTHREAD | PF_IO_WORKER))
		return;
	if (is_read_class(class_of(regs, task->thread_info.status & TS_COMPAT)))
		note_witness(task, inode);
}

static __always_inline bool is_read_of(struct file *file, __u64 inode)
{
	return (__u64)file->f_inode == inode || (is_stacked(file->f_inode) && lies_on(file, inode));
}

/* A file that was opened over this one has the name by which it was taken. */
static __always_inline struct file_facts *facts_of_read(struct file_key *file)
{
	struct file_key *above = bpf_map_lookup_elem(&files_above, file);

	if (above)
		*file = *above;
	return bpf_map_lookup_elem(&files, file);
}

/*
 * Like any read, but without the open file: the process and the path are known from the open. The
 * inode is still there: the call itself has held the file.
 */
__noinline int count_by_witness(__u64 address, __u32 method, __u64 start, __u64 bytes)
{
	struct access_key key = {.method = method, .direction = DIRECTION_READ};
	struct references references = {.task = bpf_get_current_task_btf()};
	struct inode *inode = kernel_object(inode, address);
	__u32 whose = verdict_of(references.task);
	struct file_key file_key = {};
	struct file_facts *facts;

	if (is_passed_over(inode, whose))
		return RACE_COUNTED;
	read_process_key(references.task, &key.process);
	read_file_key(inode, &file_key);
	facts = facts_of_read(&file_key);
	if (is_agent(&key.process) || (whose == CGROUP_LEFT_OUT && (!facts || !facts->holder)))
		return RACE_COUNTED;
	if (!facts || (facts->verdict == FILE_ORDINARY && !same_version(inode, facts)))
		return RACE_UNKNOWN;
	if (facts->verdict == FILE_ORDINARY)
		return RACE_COUNTED;
	note_holder(facts, inode, whose);
	key.file_id = facts->id;
	if (count_next_access(&key, &references, start, bytes) != NO_PLACE)
		return RACE_COUNTED;
	struct doorbell where = {.process = key.process};
	describe_touch(&where, &file_key, facts, -1, 0);
	arm(&references, &key.process, 0);
	ring_touch(&where);
	count_first_access(&key, &references, start, bytes, inode->i_size);
	return RACE_COUNTED;
}

/* Whether the call that ends here has read another file than the one to which it leads now. */
static __always_inline enum read_race raced_read(struct file *file, __u32 method, __u64 start,
						 __u64 bytes)
{
	__u64 inode = take_witness();

	if (!inode || (file && is_read_of(file, inode)))
		return RACE_NONE;
	return count_by_witness(inode, method, start == START_BY_POSITION ? START_UNKNOWN : start,
				bytes);
}
