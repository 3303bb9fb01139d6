/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Maps a file TIMES times, from OFFSET, and waits for a line before it ends. */
#include "act.h"

int main(int argc, char **argv)
{
	struct truth truth = {0};

	if (argc != 5)
		usage("map_file PATH OFFSET LENGTH TIMES");
	int fd = open_file(argv[1], O_RDONLY);
	long long offset = number(argv[2]), length = number(argv[3]), times = number(argv[4]);

	for (long long i = 0; i < times; i++) {
		if (mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, offset) == MAP_FAILED)
			die("mmap");
		truth.operations++;
	}
	close(fd);
	truth.bytes = length;
	tell(&truth);
	wait_for_line();
	return 0;
}
