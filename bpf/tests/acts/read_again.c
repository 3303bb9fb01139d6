/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A busy reader: reads a file over and over by pread until the time is over. */
#include "act.h"

static long long now_milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	struct truth truth = {0};
	long long offset = 0;

	begin(&argc, argv);
	if (argc != 4)
		usage("read_again PATH CHUNK MILLISECONDS");
	long long chunk = positive(argv[2]), end = now_milliseconds() + positive(argv[3]);
	int fd = open_file(argv[1], O_RDONLY);
	char *buffer = malloc(chunk);

	while (now_milliseconds() < end) {
		long got = pread(fd, buffer, chunk, offset);

		count(&truth, got);
		offset = got < chunk ? 0 : offset + got;
	}
	tell(&truth);
	return 0;
}
