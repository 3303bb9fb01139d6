/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Opens PATH by a request of io_uring and does nothing with it. */
#include "act.h"
#include "uring.h"

int main(int argc, char **argv)
{
	struct uring ring = {0};
	struct truth none = {0};

	begin(&argc, argv);
	if (argc != 2)
		usage("open_by_uring PATH");
	open_uring(&ring, 1, 0);
	if (uring_do(&ring, (struct io_uring_sqe){.opcode = IORING_OP_OPENAT,
						  .fd = AT_FDCWD,
						  .addr = (unsigned long)argv[1],
						  .open_flags = O_RDONLY}) < 0)
		die(argv[1]);
	tell(&none);
	return 0;
}
