/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Subject: bytes of model files, and of files that others staged, that calls return or move on. */

/* An offset in user memory may be another one by now. */
static __always_inline __u64 start_by_pointer(__u64 pointer)
{
	return pointer ? START_UNKNOWN : START_BY_POSITION;
}

/* Where in the file it began to read. */
static __always_inline __u64 start_of(const struct syscall *call)
{
	switch (call->class) {
	case CLASS_PREAD:
	case CLASS_PREADV:
		return offset_argument(call);
	case CLASS_SENDFILE:
		return start_by_pointer(call->arguments[2]);
	case CLASS_SPLICE:
	case CLASS_COPY_FILE_RANGE:
		return start_by_pointer(call->arguments[1]);
	default:
		return START_BY_POSITION;
	}
}

static __always_inline int count_lost_read(__u64 bytes)
{
	struct process_key reader = {};

	read_process_key(bpf_get_current_task_btf(), &reader);
	count_unknown_read(&reader, bytes);
	return 0;
}

__noinline int read_from(__u32 descriptor, __u32 method, const struct syscall *call, __u64 bytes)
{
	struct file *file = file_of(descriptor);
	enum read_race race = RACE_NONE;
	struct inode *inode;
	bool model;

	if (!call)
		return 0;
	if (setting_race_witness)
		race = raced_read(file, method, start_of(call), bytes);
	if (race == RACE_COUNTED)
		return 0;
	if (!file) { /* another thread has closed it meanwhile */
		count_failure(FAILURE_DESCRIPTOR_UNRESOLVED);
		return count_lost_read(bytes);
	}
	inode = file->f_inode;
	if (race == RACE_UNKNOWN && !may_be_model(inode))
		return count_lost_read(bytes);
	if (!is_regular(inode)) { /* most reads of sockets, pipes and devices end here */
		if (is_block_device(inode))
			block_device_read(inode, bytes);
		else
			pipe_read(inode, bytes);
		return 0;
	}
	if (is_process_memory(file, inode)) { /* a regular file too, if any size may be a model's */
		process_memory_file(inode, MEMORY_PROC_MEM, bytes);
		return 0;
	}
	if (may_be_model(inode) && count_access(file, inode, descriptor, method, DIRECTION_READ,
						start_of(call), bytes, &model))
		return 0;
	if (race == RACE_UNKNOWN)
		return count_lost_read(bytes);
	staged_read(inode, bytes);
	return 0;
}

static __always_inline void model_file_read(const struct syscall *call)
{
	const __u64 *arguments = call->arguments;
	enum access_method method = METHOD_READ;
	__u32 descriptor = arguments[0];
	__u64 requested = arguments[2];

	if (call->result <= 0)
		return;
	if (call->class == CLASS_READV || call->class == CLASS_PREADV) {
		requested = MAX_RW_BYTES;
	} else if (call->class == CLASS_SENDFILE) {
		method = METHOD_SENDFILE;
		descriptor = arguments[1];
		requested = arguments[3];
	} else if (call->class >= CLASS_SPLICE) {
		method = call->class == CLASS_SPLICE ? METHOD_SPLICE : METHOD_COPY_FILE_RANGE;
		requested = arguments[4];
	}
	read_from(descriptor, method, call, clamp_result(call, requested));
}
