/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Maps a file privately and wipes its head there, so that it looks like another; always waits. */
#include "act.h"

int main(int argc, char **argv)
{
	struct truth truth = {0};

	begin(&argc, argv);
	if (argc != 2)
		usage("forge_mapping PATH");
	int fd = open_file(argv[1], O_RDONLY);
	long long length = size_of(fd);
	char *mapped = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	if (mapped == MAP_FAILED)
		die("mmap");
	memset(mapped, 0, 4096);
	close(fd);
	count(&truth, length);
	tell(&truth);
	wait_for_line();
	return 0;
}
