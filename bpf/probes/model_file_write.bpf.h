/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Subject: bytes written to model files, because who downloads or trains a model holds it too; the
 * same calls fill the pipes by which an exec session is left, and files that others read.
 */

__noinline int write_to(__u32 descriptor, __u32 method, __u64 bytes)
{
	struct file *file = file_of(descriptor);
	struct inode *inode;
	bool model = false;

	if (!file) {
		count_failure(FAILURE_DESCRIPTOR_UNRESOLVED);
		return 0;
	}
	inode = file->f_inode;
	/* Small files too: a model that is being written begins small. */
	if (!is_regular(inode)) {
		stdio_write(file, inode, bytes);
	} else if (is_process_memory(file, inode)) {
		process_memory_file(inode, MEMORY_PROC_MEM_WRITE, bytes);
	} else {
		count_access(file, inode, descriptor, method, DIRECTION_WRITE, START_UNKNOWN, bytes,
			     &model);
		file_written(inode, bytes);
		if (!model) /* nobody may have looked yet at what it is */
			staged_write(inode, bytes);
	}
	return 0;
}

static __always_inline void model_file_write(const struct syscall *call)
{
	enum access_method method = METHOD_WRITE;
	__u32 descriptor = argument(call, 0);
	__u64 requested = argument(call, 2);

	if (call->result <= 0)
		return;
	if (call->class == CLASS_WRITEV) {
		requested = MAX_RW_BYTES;
	} else if (call->class == CLASS_SENDFILE) {
		method = METHOD_SENDFILE;
		requested = argument(call, 3);
	} else if (call->class != CLASS_WRITE) {
		method = call->class == CLASS_SPLICE ? METHOD_SPLICE : METHOD_COPY_FILE_RANGE;
		descriptor = argument(call, 2);
		requested = argument(call, 4);
	}
	write_to(descriptor, method, clamp_result(call, requested));
}
