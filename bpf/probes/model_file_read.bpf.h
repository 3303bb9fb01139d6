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
		return start_by_pointer(argument(call, 2));
	case CLASS_SPLICE:
	case CLASS_COPY_FILE_RANGE:
		return start_by_pointer(argument(call, 1));
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

/* There is no file if the descriptor leads to none by now. */
__noinline int read_from(const struct references *references, __u32 descriptor, __u32 method,
			 __u64 start, __u64 bytes)
{
	enum read_race race = RACE_NONE;
	struct inode *inode;
	struct file *file;
	bool model;

	if (!references)
		return 0;
	file = references->file ? kernel_object(file, references->file) : NULL;
	if (setting_race_witness)
		race = raced_read(file, method, start, bytes);
	if (race == RACE_COUNTED)
		return 0;
	if (!file) { /* another thread has closed it meanwhile */
		count_failure(FAILURE_DESCRIPTOR_UNRESOLVED);
		return count_lost_read(bytes);
	}
	inode = file->f_inode;
	if (race == RACE_UNKNOWN && !may_be_model(inode))
		return count_lost_read(bytes);
	if (!is_regular(inode)) {
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
	if (may_be_model(inode) &&
	    count_access(file, inode, descriptor, method, DIRECTION_READ, start, bytes, &model))
		return 0;
	if (race == RACE_UNKNOWN)
		return count_lost_read(bytes);
	staged_read(inode, bytes);
	return 0;
}

static __always_inline enum access_method method_of_read(const struct syscall *call)
{
	switch (call->class) {
	case CLASS_SENDFILE:
		return METHOD_SENDFILE;
	case CLASS_SPLICE:
		return METHOD_SPLICE;
	case CLASS_COPY_FILE_RANGE:
		return METHOD_COPY_FILE_RANGE;
	default:
		return METHOD_READ;
	}
}

static __always_inline __u64 requested_of_read(const struct syscall *call)
{
	switch (call->class) {
	case CLASS_READV:
	case CLASS_PREADV:
		return MAX_RW_BYTES;
	case CLASS_SENDFILE:
		return argument(call, 3);
	case CLASS_SPLICE:
	case CLASS_COPY_FILE_RANGE:
		return argument(call, 4);
	default:
		return argument(call, 2);
	}
}

/* Whether bytes of what is no file count: reads of sockets, terminals and most devices end here. */
static __always_inline bool is_source(struct inode *inode)
{
	__u32 type = inode->i_mode & S_IFMT;

	return type == S_IFBLK || (type == S_IFIFO && channels_known);
}

/* The answer for the files that the most of those left out read, before anything is called. */
static __always_inline bool is_left_alone(struct inode *inode, struct task_struct *task)
{
	return selection_active && inode->i_size && !staged_files && !may_be_held(inode) &&
	       is_left_out(cgroup_id_of(task));
}

/*
 * The same process has read the same version of the file a moment ago. Asked before any setting:
 * what is remembered has passed them. A forged result is not believed here.
 */
static __always_inline bool read_again(const struct syscall *call, struct file *file,
				       struct inode *inode)
{
	__u64 bytes = call->result;
	__u32 place;

	if (call->class >= CLASS_SENDFILE || bytes > MAX_RW_BYTES ||
	    bytes > requested_of_read(call))
		return false;
	place = recent_place(call->task, inode);
	return place != NO_PLACE && count_read_at(place, file, start_of(call), bytes);
}

static __always_inline void model_file_read(const struct syscall *call)
{
	struct inode *inode;
	__u32 descriptor;
	struct file *file;
	__u64 bytes;

	if (call->result <= 0)
		return;
	descriptor = call->class == CLASS_SENDFILE ? argument(call, 1) : argument(call, 0);
	file = file_of_task(call->task, descriptor);
	inode = file ? file->f_inode : NULL;
	if (inode && is_regular(inode)) {
		if (is_left_alone(inode, call->task) && !setting_race_witness)
			return;
		if (read_again(call, file, inode))
			return;
	} else if (inode && !is_source(inode) && !setting_race_witness) {
		return;
	}
	bytes = clamp_result(call, requested_of_read(call));
	struct references references = {.file = file};
	read_from(&references, descriptor, method_of_read(call), start_of(call), bytes);
}
