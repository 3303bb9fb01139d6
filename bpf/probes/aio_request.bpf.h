/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Subject: what requests of the kernel's aio read and write. Their results come by no call: a thief
 * takes them out of memory that he shares with the kernel. So they count when they are submitted,
 * for what they ask, up to the end of the file.
 */
#include <linux/aio_abi.h>

enum {
	AIO_REQUESTS = 1 << 16, /* what the kernel allows on a machine, unless somebody raises it */
	AIO_PARTS = 1024,
};

struct vector {
	__u64 address;
	__u64 bytes;
	bool compat;
};

/* Adds one part. Returns 1 if it cannot be read: any length is possible then. */
static long add_part(__u32 index, struct vector *vector)
{
	__u32 size_bytes = vector->compat ? 4 : 8;
	__u64 length = 0;

	if (bpf_probe_read_user(&length, size_bytes,
				(void *)(vector->address + (2 * index + 1) * size_bytes))) {
		vector->bytes = MAX_RW_BYTES;
		return 1;
	}
	vector->bytes += length;
	return 0;
}

static __always_inline __u64 aio_bytes(const struct iocb *request, bool compat)
{
	struct vector vector = {.address = request->aio_buf, .compat = compat};
	__u64 parts = request->aio_nbytes;

	if (request->aio_lio_opcode == IOCB_CMD_PREAD || request->aio_lio_opcode == IOCB_CMD_PWRITE)
		return request->aio_nbytes;
	bpf_loop(parts < AIO_PARTS ? parts : AIO_PARTS, add_part, &vector, 0);
	return vector.bytes;
}

static __always_inline void aio_request(const struct iocb *request, bool compat)
{
	__u64 bytes = aio_bytes(request, compat), left;
	struct references references = {.file = file_of(request->aio_fildes)};
	struct file *file = references.file;

	bytes = bytes < MAX_RW_BYTES ? bytes : MAX_RW_BYTES;
	if (request->aio_lio_opcode == IOCB_CMD_PWRITE ||
	    request->aio_lio_opcode == IOCB_CMD_PWRITEV) {
		write_to(request->aio_fildes, METHOD_AIO, bytes);
		return;
	}
	left = file ? file->f_inode->i_size : MAX_RW_BYTES;
	left = (__u64)request->aio_offset < left ? left - request->aio_offset : 0;
	if (left)
		read_from(&references, request->aio_fildes, METHOD_AIO, request->aio_offset,
			  bytes < left ? bytes : left);
}

static long aio_submitted_one(__u32 index, struct syscall *call)
{
	__u64 address = 0, place = argument(call, 2);
	struct iocb request;
	long failed;

	if (call->compat)
		failed = bpf_probe_read_user(&address, 4, (void *)(place + 4 * index));
	else
		failed = bpf_probe_read_user(&address, 8, (void *)(place + 8 * index));
	if (failed || bpf_probe_read_user(&request, sizeof(request), (void *)address)) {
		count_failure(FAILURE_REQUEST_UNREADABLE);
		return 0;
	}
	switch (request.aio_lio_opcode) {
	case IOCB_CMD_PREAD:
	case IOCB_CMD_PWRITE:
	case IOCB_CMD_PREADV:
	case IOCB_CMD_PWRITEV:
		aio_request(&request, call->compat);
		break;
	default:
		break;
	}
	return 0;
}

static __always_inline void aio_submitted(const struct syscall *call)
{
	struct syscall same = *call;
	__s64 count = call->result;

	if (count > AIO_REQUESTS) {
		count = AIO_REQUESTS;
		count_failure(FAILURE_REQUEST_UNREADABLE);
	}
	bpf_loop(count, aio_submitted_one, &same, 0);
}
