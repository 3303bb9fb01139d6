/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Maps a range of a file TIMES times, tells how much and waits for a line before it ends. --window
 * slides a small mapping over the range, so that hardly anything is mapped at any time. --write
 * touches by writing, which gives the process pages of its own. --only touches so many bytes of the
 * last mapping, the rest after a line.
 */
#include "act.h"

static volatile unsigned long sum;

static void touch(char *mapped, long long from, long long to, int writes)
{
	for (long long at = from; at < to; at += 4096) {
		sum += mapped[at];
		if (writes)
			mapped[at] = 0;
	}
}

int main(int argc, char **argv)
{
	struct truth truth = {0};
	int flags = take_flag(&argc, argv, "--shared") ? MAP_SHARED : MAP_PRIVATE;
	int populates = take_flag(&argc, argv, "--populate") ? MAP_POPULATE : 0;
	int touches = take_flag(&argc, argv, "--touch"),
	    unmaps = take_flag(&argc, argv, "--munmap");
	int writes = take_flag(&argc, argv, "--write");
	const char *window_text = take_value(&argc, argv, "--window");
	const char *only_text = take_value(&argc, argv, "--only");
	char *mapped = NULL;

	begin(&argc, argv);
	if (argc != 5)
		usage("map_file PATH OFFSET LENGTH TIMES [--window BYTES] [--touch] [--write] "
		      "[--only BYTES] [--shared] [--munmap] [--populate]");
	long long offset = number(argv[2]), length = positive(argv[3]), times = positive(argv[4]);
	long long window = window_text ? positive(window_text) : length;
	long long only = only_text ? positive(only_text) : 0;
	int fd = open_file(argv[1], O_RDONLY);

	if ((touches || writes || only) && offset + length > size_of(fd)) {
		fprintf(stderr, "no page to touch behind the end of %s\n", argv[1]);
		return 2;
	}
	for (long long i = 0; i < times; i++) {
		for (long long at = 0; at < length; at += window) {
			long long part = length - at < window ? length - at : window;

			mapped = mmap(NULL, part, PROT_READ | (writes ? PROT_WRITE : 0),
				      flags | populates, fd, offset + at);
			if (mapped == MAP_FAILED)
				die("mmap");
			truth.operations++;
			if (touches || writes)
				touch(mapped, 0, part, writes);
			if ((unmaps || window_text) && munmap(mapped, part))
				die("munmap");
		}
	}
	close(fd);
	truth.bytes = length;
	if (only)
		touch(mapped, 0, only, 0);
	tell(&truth);
	if (only) {
		wait_for_line();
		touch(mapped, only, length, 0);
		tell(&truth);
	}
	wait_for_line();
	return 0;
}
