/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copies a file by requests of io_uring for both, into a new file. */
#include "act.h"
#include "uring.h"

int main(int argc, char **argv)
{
	struct truth truth = {0};
	struct uring ring;
	int from, to;
	char *buffer;
	long chunk;

	begin(&argc, argv);
	if (argc != 4)
		usage("uring_copy PATH OUT CHUNK");
	chunk = positive(argv[3]);
	buffer = malloc(chunk);
	from = open_file(argv[1], O_RDONLY);
	to = open_file(argv[2], O_WRONLY | O_CREAT | O_TRUNC);
	if (!buffer)
		die("malloc");
	open_uring(&ring, 1, 0);
	for (;;) {
		struct io_uring_sqe request = {.opcode = IORING_OP_READ,
					       .fd = from,
					       .addr = (unsigned long)buffer,
					       .len = chunk,
					       .off = truth.bytes};
		long got = uring_do(&ring, request);

		if (!got)
			break;
		request.opcode = IORING_OP_WRITE;
		request.fd = to;
		request.len = got;
		count(&truth, uring_do(&ring, request));
	}
	tell(&truth);
	return 0;
}
