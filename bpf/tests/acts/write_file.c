/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Writes a new file of zeros by one method. */
#include "act.h"

#define METHODS "write pwrite64 writev pwritev pwritev2 "

int main(int argc, char **argv)
{
	struct truth truth = {0};

	begin(&argc, argv);
	if (argc != 5)
		usage("write_file " METHODS "PATH BYTES CHUNK");
	const char *method = one_of(METHODS, argv[1]);
	long long total = positive(argv[3]), chunk = positive(argv[4]);
	char *buffer = calloc(1, chunk);
	int fd = open_file(argv[2], O_WRONLY | O_CREAT | O_TRUNC);

	while (truth.bytes < total) {
		long long length = total - truth.bytes < chunk ? total - truth.bytes : chunk;
		struct iovec parts[2] = {{buffer, length / 2}, {buffer, length - length / 2}};

		if (!strcmp(method, "pwrite64"))
			count(&truth, pwrite(fd, buffer, length, truth.bytes));
		else if (!strcmp(method, "writev"))
			count(&truth, writev(fd, parts, 2));
		else if (!strcmp(method, "pwritev"))
			count(&truth, pwritev(fd, parts, 2, truth.bytes));
		else if (!strcmp(method, "pwritev2"))
			count(&truth, pwritev2(fd, parts, 2, truth.bytes, 0));
		else
			count(&truth, write(fd, buffer, length));
	}
	tell(&truth);
	return 0;
}
