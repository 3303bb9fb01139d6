/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Subject: bytes that leave an exec session by its standard output or error. Nothing of the
 * container's own network sees them: the runtime's shim reads them at the other end.
 */

/* Whether the file leads out of the session of the current task. */
__noinline int count_stdio_write(const struct references *references, __u64 bytes)
{
	struct flow_key key = {.transport = TRANSPORT_PIPE, .role = ROLE_UNKNOWN};
	__u32 session;

	if (!references)
		return 0;
	session = session_left_by(stream_of(references->file));
	if (!session)
		return 0;
	read_process_key(bpf_get_current_task_btf(), &key.process);
	if (!find_armed_in(session, &key.process))
		return 1;
	key.type = TYPE_NONE;
	key.scope = SCOPE_EXEC_STDIO;
	count_flow(&key, bytes);
	return 1;
}

/* Only a process that may be armed pays more than a load. */
static __always_inline void pipe_written(struct inode *inode, __u64 bytes)
{
	struct process_key key = {.tgid = bpf_get_current_task_btf()->tgid};

	if (*filter_of_process(&key))
		data_written(channel_of_inode(inode), CHANNEL_PIPE, ROLE_UNKNOWN, bytes);
}

static __always_inline void stdio_write(struct file *file, struct inode *inode, __u64 bytes)
{
	struct references references = {.file = file};

	if (sessions_hold && may_be_stream(inode) && count_stdio_write(&references, bytes))
		return;
	if ((inode->i_mode & S_IFMT) == S_IFIFO)
		pipe_written(inode, bytes);
}

static __always_inline void pipe_teed(__u32 descriptor, __u64 bytes)
{
	struct file *file = file_of(descriptor);

	if (file)
		pipe_read(file->f_inode, bytes);
}

/* Calls that only pipes know. What a pipe's reading end takes by vmsplice goes the other way. */
static __always_inline void pipe_filled(const struct syscall *call)
{
	__u32 descriptor = call->class == CLASS_TEE ? argument(call, 1) : argument(call, 0);
	__u64 requested = call->class == CLASS_TEE ? argument(call, 2) : MAX_RW_BYTES;
	struct file *file;
	__u64 bytes;

	if (call->result <= 0)
		return;
	file = file_of(descriptor);
	if (!file) {
		count_failure(FAILURE_DESCRIPTOR_UNRESOLVED);
		return;
	}
	bytes = clamp_result(call, requested);
	if (file->f_mode & FMODE_WRITE) {
		if (call->class == CLASS_VMSPLICE)
			traced_pipe_filled(bytes);
		stdio_write(file, file->f_inode, bytes);
	} else {
		pipe_read(file->f_inode, bytes);
	}
	if (call->class == CLASS_TEE)
		pipe_teed(argument(call, 0), bytes);
}
