/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Maps the first page of a file and lets mremap make it the whole; always waits at its end. */
#include "act.h"

int main(int argc, char **argv)
{
	struct truth truth = {0};

	begin(&argc, argv);
	if (argc != 2)
		usage("remap_file PATH");
	int fd = open_file(argv[1], O_RDONLY);
	long long length = size_of(fd);
	char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	if (page == MAP_FAILED || mremap(page, 4096, length, MREMAP_MAYMOVE) == MAP_FAILED)
		die("mremap");
	count(&truth, length);
	tell(&truth);
	wait_for_line();
	return 0;
}
