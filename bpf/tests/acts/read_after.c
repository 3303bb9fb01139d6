/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Touches the pages of PATH by a call that the end of no read accounts for, then reads OTHER once
 * in the same thread: `fault`: a read into memory that is not there; `uring`: a request of
 * io_uring. Bytes are those of PATH; `other` those of OTHER.
 */
#include "act.h"
#include "uring.h"

enum { TAKEN = 1 << 16 };

static char buffer[TAKEN];

static void fail(int fd)
{
	void *nowhere = mmap(NULL, TAKEN, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pread(fd, nowhere, TAKEN, 0) >= 0 || errno != EFAULT)
		die("pread");
}

static void read_by_uring(int fd, struct truth *truth)
{
	struct uring ring = {0};

	open_uring(&ring, 1, 0);
	count(truth, uring_do(&ring, (struct io_uring_sqe){.opcode = IORING_OP_READ,
							   .fd = fd,
							   .addr = (unsigned long)buffer,
							   .len = TAKEN}));
}

int main(int argc, char **argv)
{
	struct truth truth = {0}, other = {0};

	begin(&argc, argv);
	if (argc != 4)
		usage("read_after fault|uring PATH OTHER");
	int fails = !strcmp(one_of("fault uring ", argv[1]), "fault");
	int first = open_file(argv[2], O_RDONLY), second = open_file(argv[3], O_RDONLY);

	if (fails)
		fail(first);
	else
		read_by_uring(first, &truth);
	count(&other, read(second, buffer, sizeof(buffer)));
	printf("pid=%d bytes=%lld operations=%lld other=%lld\n", getpid(), truth.bytes,
	       truth.operations, other.bytes);
	return 0;
}
