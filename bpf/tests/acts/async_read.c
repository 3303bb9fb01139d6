/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads a file by requests whose results no system call returns: io_uring, or the kernel's aio. */
#include "act.h"
#include <linux/aio_abi.h>
#include <linux/io_uring.h>

struct uring {
	int fd;
	char *rings;
	struct io_uring_sqe *entries;
	struct io_uring_params params;
};

static void set_up(struct uring *uring)
{
	size_t length;

	uring->fd = syscall(SYS_io_uring_setup, 1, &uring->params);
	if (uring->fd < 0 || !(uring->params.features & IORING_FEAT_SINGLE_MMAP))
		die("io_uring_setup");
	length = uring->params.cq_off.cqes + uring->params.cq_entries * sizeof(struct io_uring_cqe);
	uring->rings = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			    uring->fd, IORING_OFF_SQ_RING);
	uring->entries = mmap(NULL, sizeof(*uring->entries), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_POPULATE, uring->fd, IORING_OFF_SQES);
	if (uring->rings == MAP_FAILED || uring->entries == MAP_FAILED)
		die("mmap");
}

static unsigned *at(const struct uring *uring, unsigned offset)
{
	return (unsigned *)(uring->rings + offset);
}

static long read_by_uring(struct uring *uring, int fd, char *buffer, long length, long long offset)
{
	unsigned *head = at(uring, uring->params.cq_off.head), *tail;
	struct io_uring_cqe *results = (void *)(uring->rings + uring->params.cq_off.cqes);
	long result;

	uring->entries[0] = (struct io_uring_sqe){.opcode = IORING_OP_READ,
						  .fd = fd,
						  .addr = (unsigned long)buffer,
						  .len = length,
						  .off = offset};
	tail = at(uring, uring->params.sq_off.tail);
	at(uring, uring->params.sq_off.array)[*tail & (uring->params.sq_entries - 1)] = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, uring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		die("io_uring_enter");
	result = results[*head & (uring->params.cq_entries - 1)].res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return result;
}

static long read_by_aio(aio_context_t context, int fd, char *buffer, long length, long long offset)
{
	struct iocb request = {.aio_lio_opcode = IOCB_CMD_PREAD,
			       .aio_fildes = fd,
			       .aio_buf = (unsigned long)buffer,
			       .aio_nbytes = length,
			       .aio_offset = offset},
		    *requests = &request;
	struct io_event event;

	if (syscall(SYS_io_submit, context, 1, &requests) != 1 ||
	    syscall(SYS_io_getevents, context, 1, 1, &event, NULL) != 1)
		die("aio");
	return event.res;
}

int main(int argc, char **argv)
{
	struct uring uring = {0};
	struct truth truth = {0};
	aio_context_t context = 0;
	long got;

	begin(&argc, argv);
	if (argc != 4)
		usage("async_read uring|aio PATH CHUNK");
	int by_aio = !strcmp(one_of("uring aio ", argv[1]), "aio");
	int fd = open_file(argv[2], O_RDONLY);
	long chunk = positive(argv[3]);
	char *buffer = malloc(chunk);

	if (!by_aio)
		set_up(&uring);
	else if (syscall(SYS_io_setup, 1, &context))
		die("io_setup");
	do {
		got = by_aio ? read_by_aio(context, fd, buffer, chunk, truth.bytes)
			     : read_by_uring(&uring, fd, buffer, chunk, truth.bytes);
		if (got)
			count(&truth, got);
	} while (got > 0);
	tell(&truth);
	return 0;
}
