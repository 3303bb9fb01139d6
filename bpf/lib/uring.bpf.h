/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Requests of io_uring: of whom, for which file. */
#ifndef MODELWARDEN_LIB_URING_H
#define MODELWARDEN_LIB_URING_H

enum {
	URING_OPERATIONS = 64,
	OPERATION_READV = 1,
	OPERATION_WRITEV = 2,
	OPERATION_READV_FIXED = 60,
	OPERATION_WRITEV_FIXED = 61,
	URING_FIXED_FILE = 1 << 0,
	URING_SELECTS_BUFFER = 1 << 5,
	URING_SKIPS_SUCCESS = 1 << 6,
	SPLICE_FROM_FIXED = 1U << 31,
	SLOT_CHOSEN = ~0U, /* by the kernel */
	FILE_FLAGS = 7,
};

enum uring_class {
	URING_NONE,
	URING_READ,
	URING_WRITE,
	URING_SPLICE,  /* reads one, writes another */
	URING_OPEN,    /* into a descriptor or into a slot of the ring */
	URING_INSTALL, /* a slot's file as a descriptor */
};

static const __u8 uring_classes[URING_OPERATIONS] = {
	[OPERATION_READV] = URING_READ,
	[OPERATION_WRITEV] = URING_WRITE,
	[4] = URING_READ,  /* into a registered buffer */
	[5] = URING_WRITE, /* out of one */
	[18] = URING_OPEN,
	[22] = URING_READ,
	[23] = URING_WRITE,
	[28] = URING_OPEN, /* openat2 */
	[30] = URING_SPLICE,
	[33] = URING_WRITE, /* tee */
	[54] = URING_INSTALL,
	[OPERATION_READV_FIXED] = URING_READ,
	[OPERATION_WRITEV_FIXED] = URING_WRITE,
};

static __always_inline __u8 uring_class(const struct io_kiocb *request)
{
	return uring_classes[request->opcode & (URING_OPERATIONS - 1)];
}

/*
 * Whose request it is: a kernel's worker, another user of the ring or nobody at all may complete
 * it. A thread that polls the ring for its process submits itself.
 */
static __always_inline struct task_struct *uring_submitter(struct io_kiocb *request)
{
	struct io_kiocb___6_12 *older = (void *)request;

	if (bpf_core_field_exists(request->tctx))
		return kernel_object(task_struct, request->tctx->task);
	return kernel_object(task_struct, BPF_CORE_READ(older, task));
}

/* The file in a slot of the ring, or NULL. */
static __always_inline struct file *fixed_file(struct io_ring_ctx *ring, __u32 slot)
{
	struct io_rsrc_node *node;

	if (!bpf_core_field_exists(ring->file_table.data) || slot >= ring->file_table.data.nr)
		return NULL;
	node = (void *)kernel_object(hlist_head, &ring->file_table.data.nodes[slot])->first;
	if (!node)
		return NULL;
	return kernel_object(file, kernel_object(io_rsrc_node, node)->file_ptr & ~FILE_FLAGS);
}

static __always_inline struct file *uring_file(struct io_kiocb *request, struct task_struct *task,
					       __u32 number, bool fixed)
{
	return fixed ? fixed_file(request->ctx, number) : file_of_task(task, number);
}

#define uring_command(type, request) kernel_object(type, &(request)->cmd)

/* The file from which a splice takes: the request itself keeps only the one into which. */
static __always_inline struct file *spliced_file(struct io_kiocb *request, struct task_struct *task)
{
	struct io_splice *splice = uring_command(io_splice, request);

	return uring_file(request, task, splice->splice_fd_in, splice->flags & SPLICE_FROM_FIXED);
}

/* The file that an operation has opened with this result, or NULL. */
static __always_inline struct file *opened_file(struct io_kiocb *request, struct task_struct *task,
						__s32 result)
{
	__u32 slot = 0;

	if (uring_class(request) == URING_OPEN)
		slot = uring_command(io_open, request)->file_slot;
	if (!slot)
		return file_of_task(task, result);
	return fixed_file(request->ctx, slot == SLOT_CHOSEN ? (__u32)result : slot - 1);
}

/* Length of a vector, where the kernel has it already when the request is submitted (6.10). */
static __always_inline __u64 vector_bytes(struct io_kiocb *request)
{
	__u64 bytes = 0;

	if (request->async_data && !(request->flags & URING_SELECTS_BUFFER))
		bytes = kernel_object(io_async_rw, request->async_data)->iter.count;
	return bytes ? bytes : MAX_RW_BYTES;
}

/* What a request asks for. Of a vector of registered buffers nothing is known before. */
static __always_inline __u64 requested_bytes(struct io_kiocb *request)
{
	__u8 operation = request->opcode;

	if (uring_class(request) == URING_SPLICE)
		return uring_command(io_splice, request)->len;
	if (operation == OPERATION_READV || operation == OPERATION_WRITEV)
		return vector_bytes(request);
	if (operation == OPERATION_READV_FIXED || operation == OPERATION_WRITEV_FIXED)
		return MAX_RW_BYTES;
	return uring_command(io_rw, request)->len;
}

/* Where in the file an operation stands, -1: where the file itself does. It moves with the bytes.
 */
static __always_inline __s64 request_position(struct io_kiocb *request)
{
	if (uring_class(request) == URING_SPLICE)
		return uring_command(io_splice, request)->off_in;
	return uring_command(io_rw, request)->kiocb.ki_pos;
}

/* The file's own position may be moved before the operation begins. */
static __always_inline __u64 start_of_submitted(struct io_kiocb *request)
{
	__s64 position = request_position(request);

	return position < 0 ? START_UNKNOWN : position;
}

static __always_inline __u64 start_of_completed(struct io_kiocb *request, __u64 bytes)
{
	__s64 position = request_position(request);

	return position < (__s64)bytes ? START_UNKNOWN : position - bytes;
}

/* What a read can bring at most. */
static __always_inline __u64 up_to_the_end(struct io_kiocb *request, struct file *file, __u64 bytes)
{
	__u64 size_bytes = file->f_inode->i_size;
	__s64 position = request_position(request);

	if (position < 0)
		position = file->f_pos;
	if ((__u64)position >= size_bytes)
		return 0;
	return bytes < size_bytes - position ? bytes : size_bytes - position;
}

#endif
