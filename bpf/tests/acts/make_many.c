/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Writes COUNT files of BYTES zeros each, whose names end in SUFFIX, into an existing folder. */
#include "act.h"

int main(int argc, char **argv)
{
	struct truth truth = {0};
	char path[4096];

	begin(&argc, argv);
	if (argc != 5)
		usage("make_many FOLDER COUNT SUFFIX BYTES");
	long long many = positive(argv[2]), bytes = positive(argv[4]);
	char *content = calloc(1, bytes);

	if (!content)
		die("calloc");
	for (long long i = 0; i < many; i++) {
		snprintf(path, sizeof(path), "%s/%lld%s", argv[1], i, argv[3]);
		int fd = open_file(path, O_WRONLY | O_CREAT | O_EXCL);

		count(&truth, write(fd, content, bytes));
		close(fd);
	}
	tell(&truth);
	return 0;
}
