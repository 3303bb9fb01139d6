/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What user space asks the kernel side to do, run in the agent's own context. */

/* The agent leaves itself out by the identity that the kernel sees. */
static __always_inline int exclude_caller(void)
{
	read_process_key(bpf_get_current_task_btf(), &agent);
	return 0;
}

static __always_inline int identify_descriptor(struct identify_request *request)
{
	struct file *file = file_of(request->descriptor);
	struct file_key key = {};
	struct file_facts *known;
	struct inode *inode;

	if (!file)
		return 0;
	inode = file->f_inode;
	read_file_key(inode, &key);
	request->key = key;
	read_version(inode, &request->facts);
	request->writers = inode->i_writecount.counter;
	known = bpf_map_lookup_elem(&files, &key);
	if (known) {
		request->facts.id = known->id;
		request->facts.verdict = known->verdict;
		request->facts.reason = known->reason;
	}
	request->found = 1;
	return 0;
}

/*
 * A process that has nothing of a model open is armed no longer, unless it has touched a file since
 * user space looked. It stays in the map: a deletion could meet the very touch that arms it again.
 */
static __always_inline int disarm_process(struct disarm_request *request)
{
	struct process_key key = request->process;
	struct process_facts *facts = bpf_map_lookup_elem(&processes, &key);
	__u64 touches = request->touches;

	if (facts)
		request->accepted =
			__sync_val_compare_and_swap(&facts->touches, touches, 0) == touches;
	return 0;
}

/* Only the verdict is written, and only for the version that user space has looked at. */
static __always_inline int decide_file(struct decide_request *request)
{
	struct file_key key = request->key;
	struct file_facts *facts = bpf_map_lookup_elem(&files, &key);

	if (!facts || facts->id != request->id)
		return 0;
	if (!request->any_version && (facts->size_bytes != request->size_bytes ||
				      facts->change_time_ns != request->change_time_ns))
		return 0;
	facts->reason = request->reason;
	facts->verdict = request->verdict;
	request->accepted = 1;
	return 0;
}

/* Armed without having touched a file; what it forks and executes inherits that. */
static __always_inline int declare_process(struct declare_request *request)
{
	struct task_struct *task = task_of_pid(request->pid);
	struct references references = {.task = task};
	struct process_key key = {};

	if (!task)
		return 0;
	read_process_key(task, &key);
	if (!request->process.tgid || is_image(&key, &request->process)) {
		if (!is_agent(&key) && !find_armed(&key))
			arm(&references, &key, request->flags);
		request->found = 1;
	}
	bpf_task_release(task);
	return 0;
}

/* No write to a pipe is looked at any more, unless a session has taken a model since. */
static __always_inline int forget_all_sessions(struct forget_sessions_request *request)
{
	__u64 takes = request->takes;

	request->accepted = __sync_val_compare_and_swap(&sessions_hold, takes, 0) == takes;
	return 0;
}

/* Lowered only from what user space has seen: the kernel side raises it with the next touch. */
static __always_inline int set_file_holder(struct holder_request *request)
{
	struct file_key key = request->key;
	struct file_facts *facts = bpf_map_lookup_elem(&files, &key);
	__u32 before = request->before, after = request->after;

	if (facts && facts->id == request->id)
		request->accepted =
			__sync_val_compare_and_swap(&facts->holder, before, after) == before;
	return 0;
}

/* User space has found the channel idle. One that is used again is known again. */
static __always_inline int forget_idle_channel(struct channel_request *request)
{
	__u64 id = request->channel;
	struct channel *channel = bpf_map_lookup_elem(&channels, &id);

	if (channel && channel->last_ns == request->last_ns)
		request->accepted = remove_channel(id, channel->kind);
	return 0;
}
