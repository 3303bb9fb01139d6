/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads a whole file by one method: read pread64 readv preadv preadv2 openat2 sendfile splice
 * copy_file_range. */
#include "act.h"
#include <linux/openat2.h>

static char *buffer;
static long long chunk;

static long read_once(const char *method, int fd, long long at)
{
	struct iovec parts[2] = {{buffer, chunk / 2}, {buffer + chunk / 2, chunk - chunk / 2}};

	if (!strcmp(method, "pread64"))
		return pread(fd, buffer, chunk, at);
	if (!strcmp(method, "readv"))
		return readv(fd, parts, 2);
	if (!strcmp(method, "preadv"))
		return preadv(fd, parts, 2, at);
	if (!strcmp(method, "preadv2"))
		return preadv2(fd, parts, 2, at, 0);
	return read(fd, buffer, chunk);
}

static long move_once(const char *method, int fd, int out, int pipe_ends[2])
{
	if (!strcmp(method, "sendfile"))
		return sendfile(out, fd, NULL, chunk);
	if (!strcmp(method, "copy_file_range"))
		return copy_file_range(fd, NULL, out, NULL, chunk, 0);
	long moved = splice(fd, NULL, pipe_ends[1], NULL, chunk, 0);

	if (moved > 0 && splice(pipe_ends[0], NULL, out, NULL, moved, 0) != moved)
		die("splice out");
	return moved;
}

int main(int argc, char **argv)
{
	struct truth truth = {0};
	int pipe_ends[2] = {-1, -1}, out = -1, fd;

	if (argc < 4 || argc > 5)
		usage("read_file METHOD PATH CHUNK [OUT]");
	chunk = number(argv[3]);
	buffer = malloc(chunk);
	if (argc == 5) {
		out = open_file(argv[4], O_WRONLY | O_CREAT | O_TRUNC);
		if (pipe(pipe_ends))
			die("pipe");
	}
	if (!strcmp(argv[1], "openat2")) {
		struct open_how how = {.flags = O_RDONLY};

		fd = syscall(SYS_openat2, AT_FDCWD, argv[2], &how, sizeof(how));
		if (fd < 0)
			die("openat2");
	} else {
		fd = open_file(argv[2], O_RDONLY);
	}
	for (;;) {
		long result = out >= 0 ? move_once(argv[1], fd, out, pipe_ends)
				       : read_once(argv[1], fd, truth.bytes);

		if (result == 0)
			break;
		count(&truth, result);
	}
	tell(&truth);
	return 0;
}
