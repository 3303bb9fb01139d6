/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads a file, by default to its end, by one method; the last three move it to OUT. */
#include "act.h"
#include <linux/openat2.h>
#include <limits.h>
#include <pthread.h>

#define READS "read pread64 readv preadv preadv2 openat2 "
#define MOVES "sendfile splice copy_file_range "
#define USAGE                                                                                      \
	"read_file " READS "PATH CHUNK [--limit BYTES] [--threads N]\n"                            \
	"       read_file " MOVES "PATH CHUNK OUT [--limit BYTES]"

static const char *method;
static long long chunk, limit = LLONG_MAX;
static int fd, out = -1;
static _Atomic long long claimed, bytes, operations;

static long read_once(char *buffer, long length, long long at)
{
	struct iovec parts[2] = {{buffer, length / 2}, {buffer + length / 2, length - length / 2}};

	if (!strcmp(method, "pread64"))
		return pread(fd, buffer, length, at);
	if (!strcmp(method, "readv"))
		return readv(fd, parts, 2);
	if (!strcmp(method, "preadv"))
		return preadv(fd, parts, 2, at);
	if (!strcmp(method, "preadv2"))
		return preadv2(fd, parts, 2, at, 0);
	return read(fd, buffer, length);
}

static long move_once(int pipe_ends[2], long length)
{
	if (!strcmp(method, "sendfile"))
		return sendfile(out, fd, NULL, length);
	if (!strcmp(method, "copy_file_range"))
		return copy_file_range(fd, NULL, out, NULL, length, 0);
	long moved = splice(fd, NULL, pipe_ends[1], NULL, length, 0);

	for (long left = moved; left > 0;) {
		long drained = splice(pipe_ends[0], NULL, out, NULL, left, 0);

		if (drained <= 0)
			die("splice out");
		left -= drained;
	}
	return moved;
}

/* Threads claim chunks, so that together they read what one would. A move may be shorter than what
 * it claimed: it hands the rest back. */
static void *work(void *unused)
{
	char *buffer = malloc(chunk);
	int pipe_ends[2];

	if (!buffer || pipe(pipe_ends))
		die("prepare");
	for (;;) {
		long long at = claimed, wanted;

		do {
			wanted = limit - at < chunk ? limit - at : chunk;
		} while (wanted > 0 &&
			 !__atomic_compare_exchange_n(&claimed, &at, at + wanted, 0,
						      __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
		if (wanted <= 0)
			break;
		long result =
			out >= 0 ? move_once(pipe_ends, wanted) : read_once(buffer, wanted, at);

		if (result < 0)
			die(method);
		if (result == 0)
			break;
		bytes += result;
		operations++;
		if (out >= 0)
			claimed -= wanted - result;
	}
	return unused;
}

int main(int argc, char **argv)
{
	const char *bound = take_value(&argc, argv, "--limit");
	const char *many = take_value(&argc, argv, "--threads");
	struct open_how how = {.flags = O_RDONLY};
	long long threads = many ? positive(many) : 1;
	pthread_t others[64];

	begin(&argc, argv);
	if (argc < 4 || argc > 5 || threads > 64 || (argc == 5 && many))
		usage(USAGE);
	method = one_of(argc == 5 ? MOVES : READS, argv[1]);
	chunk = positive(argv[3]);
	if (bound)
		limit = positive(bound);
	fd = !strcmp(method, "openat2") ? syscall(SYS_openat2, AT_FDCWD, argv[2], &how, sizeof(how))
					: open_file(argv[2], O_RDONLY);
	if (fd < 0)
		die("openat2");
	if (argc == 5)
		out = open_file(argv[4], O_WRONLY | O_CREAT | O_TRUNC);
	for (int i = 1; i < threads; i++)
		if (pthread_create(&others[i], NULL, work, NULL))
			die("pthread_create");
	work(NULL);
	for (int i = 1; i < threads; i++)
		pthread_join(others[i], NULL);
	tell(&(struct truth){bytes, operations});
	return 0;
}
