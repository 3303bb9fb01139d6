/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Maps the first page of a file and lets mremap make it the whole, which --touch touches; always
 * waits at its end. */
#include "act.h"

static volatile unsigned long sum;

int main(int argc, char **argv)
{
	struct truth truth = {0};
	int touches = take_flag(&argc, argv, "--touch");

	begin(&argc, argv);
	if (argc != 2)
		usage("remap_file PATH [--touch]");
	int fd = open_file(argv[1], O_RDONLY);
	long long length = size_of(fd);
	char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	if (page == MAP_FAILED)
		die("mmap");
	page = mremap(page, 4096, length, MREMAP_MAYMOVE);
	if (page == MAP_FAILED)
		die("mremap");
	for (long long at = 0; touches && at < length; at += 4096)
		sum += page[at];
	count(&truth, length);
	tell(&truth);
	wait_for_line();
	return 0;
}
