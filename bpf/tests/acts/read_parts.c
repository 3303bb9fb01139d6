/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads the blocks of a range of a file in some order. `same` reads the first block as often as
 * there are blocks, `data` leaves out holes. With --thread there is a second thread, which could
 * move the file's position and does nothing.
 */
#include "act.h"
#include <pthread.h>

#define METHODS "read pread64 preadv preadv2 sendfile sendfile_at splice copy_file_range mmap "
#define ORDERS  "forward shuffled same data "
#define USAGE                                                                                      \
	"read_parts " METHODS "PATH BLOCK " ORDERS "[--from BYTES] [--to BYTES] [--thread] "       \
	"[--out PATH]"

static int fd, out;
static long long block;
static char *buffer;

static long read_at(const char *method, long long at, long length)
{
	struct iovec part = {buffer, length};
	loff_t offset = at;

	if (!strcmp(method, "pread64"))
		return pread(fd, buffer, length, at);
	if (!strcmp(method, "preadv"))
		return preadv(fd, &part, 1, at);
	if (!strcmp(method, "preadv2"))
		return preadv2(fd, &part, 1, at, 0);
	if (!strcmp(method, "sendfile_at"))
		return sendfile(out, fd, &offset, length);
	if (!strcmp(method, "mmap")) {
		volatile char *area = mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, at);

		if (area == MAP_FAILED)
			return -1;
		for (long byte = 0; byte < length; byte += 4096)
			(void)area[byte];
		return length;
	}
	if (lseek(fd, at, SEEK_SET) != at)
		die("lseek");
	if (!strcmp(method, "sendfile"))
		return sendfile(out, fd, NULL, length);
	if (!strcmp(method, "splice"))
		return splice(fd, NULL, out, NULL, length, 0);
	if (!strcmp(method, "copy_file_range"))
		return copy_file_range(fd, NULL, out, NULL, length, 0);
	return read(fd, buffer, length);
}

/* A permutation by a step that has no factor in common with the number of blocks. */
static long long step_for(long long blocks)
{
	for (long long step = blocks * 5 / 8 + 1;; step++) {
		long long a = step, b = blocks;

		while (b) {
			long long rest = a % b;

			a = b;
			b = rest;
		}
		if (a == 1)
			return step;
	}
}

static void *do_nothing(void *unused)
{
	pause();
	return unused;
}

static void drain(int pipe_end, long left)
{
	while (left > 0) {
		long got = read(pipe_end, buffer, left);

		if (got <= 0)
			die("drain");
		left -= got;
	}
}

int main(int argc, char **argv)
{
	const char *from_text = take_value(&argc, argv, "--from");
	const char *to_text = take_value(&argc, argv, "--to");
	const char *out_path = take_value(&argc, argv, "--out");
	int threaded = take_flag(&argc, argv, "--thread"), pipe_ends[2];
	struct truth truth = {0};
	pthread_t other;

	begin(&argc, argv);
	if (argc != 5)
		usage(USAGE);
	const char *method = one_of(METHODS, argv[1]), *order = one_of(ORDERS, argv[4]);

	block = positive(argv[3]);
	fd = open_file(argv[2], O_RDONLY);
	out = open_file(out_path ? out_path : "/dev/null", O_WRONLY | O_CREAT);
	buffer = malloc(block);
	if (!buffer || pipe(pipe_ends))
		die("prepare");
	int through_pipe = !strcmp(method, "splice");
	if (through_pipe)
		out = pipe_ends[1];
	long long from = from_text ? number(from_text) : 0;
	long long to = to_text ? number(to_text) : size_of(fd);
	long long blocks = (to - from + block - 1) / block, step = step_for(blocks);

	if (threaded && pthread_create(&other, NULL, do_nothing, NULL))
		die("pthread_create");
	for (long long i = 0; i < blocks; i++) {
		long long which = !strcmp(order, "same")       ? 0
				  : !strcmp(order, "shuffled") ? i * step % blocks
							       : i;
		long long at = from + which * block;
		long length = to - at < block ? to - at : block;

		if (!strcmp(order, "data") && lseek(fd, at, SEEK_DATA) != at)
			continue;
		while (length > 0) {
			long got = read_at(method, at, length);

			count(&truth, got);
			if (through_pipe)
				drain(pipe_ends[0], got);
			if (!got)
				break;
			at += got;
			length -= got;
		}
	}
	tell(&truth);
	return 0;
}
