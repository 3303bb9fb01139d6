/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Maps a range of a file TIMES times, tells how much and waits for a line before it ends. --window
 * slides a small mapping over the range, so that hardly anything is mapped at any time.
 */
#include "act.h"

static volatile unsigned long sum;

static void touch(const char *mapped, long long length)
{
	for (long long at = 0; at < length; at += 4096)
		sum += mapped[at];
}

int main(int argc, char **argv)
{
	struct truth truth = {0};
	int flags = take_flag(&argc, argv, "--shared") ? MAP_SHARED : MAP_PRIVATE;
	int populates = take_flag(&argc, argv, "--populate") ? MAP_POPULATE : 0;
	int touches = take_flag(&argc, argv, "--touch"),
	    unmaps = take_flag(&argc, argv, "--munmap");
	const char *window_text = take_value(&argc, argv, "--window");

	begin(&argc, argv);
	if (argc != 5)
		usage("map_file PATH OFFSET LENGTH TIMES [--window BYTES] [--touch] [--shared] "
		      "[--munmap] [--populate]");
	long long offset = number(argv[2]), length = positive(argv[3]), times = positive(argv[4]);
	long long window = window_text ? positive(window_text) : length;
	int fd = open_file(argv[1], O_RDONLY);

	if (touches && offset + length > size_of(fd)) {
		fprintf(stderr, "no page to touch behind the end of %s\n", argv[1]);
		return 2;
	}
	for (long long i = 0; i < times; i++) {
		for (long long at = 0; at < length; at += window) {
			long long part = length - at < window ? length - at : window;
			char *mapped =
				mmap(NULL, part, PROT_READ, flags | populates, fd, offset + at);

			if (mapped == MAP_FAILED)
				die("mmap");
			truth.operations++;
			if (touches)
				touch(mapped, part);
			if ((unmaps || window_text) && munmap(mapped, part))
				die("munmap");
		}
	}
	close(fd);
	truth.bytes = length;
	tell(&truth);
	wait_for_line();
	return 0;
}
