/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads a file and lets it out by the standard output, by one method, as cat does. The truth goes
 * into a file, because whatever is printed leaves by the same way.
 */
#include "act.h"

#define METHODS "write writev pwritev2 sendfile splice vmsplice tee "

static const char *method;
static struct truth truth;
static int in, pipe_ends[2], nowhere;

static long put_once(char *bytes, long length)
{
	struct iovec parts[2] = {{bytes, length / 2}, {bytes + length / 2, length - length / 2}};

	if (!strcmp(method, "writev"))
		return writev(STDOUT_FILENO, parts, 2);
	if (!strcmp(method, "pwritev2"))
		return pwritev2(STDOUT_FILENO, parts, 2, -1, 0);
	if (!strcmp(method, "vmsplice"))
		return vmsplice(STDOUT_FILENO, parts, 2, 0);
	return write(STDOUT_FILENO, bytes, length);
}

/* A page that vmsplice gave away must not change until it is read: each byte has its own place. */
static void put_all(long chunk)
{
	long size = size_of(in);
	char *bytes = malloc(size);
	struct truth taken = {0};

	if (!bytes)
		die("malloc");
	while (taken.bytes < size)
		count(&taken, read(in, bytes + taken.bytes, size - taken.bytes));
	while (truth.bytes < size)
		count(&truth, put_once(bytes + truth.bytes,
				       size - truth.bytes < chunk ? size - truth.bytes : chunk));
}

/* The copy in the pipe goes out, the original goes nowhere. */
static void copy_out(long length)
{
	while (length > 0) {
		long copied = tee(pipe_ends[0], STDOUT_FILENO, length, 0);

		count(&truth, copied);
		length -= copied;
		while (copied > 0)
			copied -= splice(pipe_ends[0], NULL, nowhere, NULL, copied, 0);
	}
}

/* False at the end of the file. */
static int move_once(long chunk)
{
	long moved;

	if (!strcmp(method, "tee")) {
		moved = splice(in, NULL, pipe_ends[1], NULL, chunk, 0);
		copy_out(moved);
		return moved > 0;
	}
	moved = !strcmp(method, "sendfile") ? sendfile(STDOUT_FILENO, in, NULL, chunk)
					    : splice(in, NULL, STDOUT_FILENO, NULL, chunk, 0);
	if (moved)
		count(&truth, moved);
	return moved > 0;
}

int main(int argc, char **argv)
{
	FILE *told;
	long chunk;

	if (argc != 5)
		usage("write_out " METHODS "PATH CHUNK TRUTH");
	method = one_of(METHODS, argv[1]);
	chunk = positive(argv[3]);
	in = open_file(argv[2], O_RDONLY);
	nowhere = open_file("/dev/null", O_WRONLY);
	if (pipe(pipe_ends))
		die("pipe");
	if (!strcmp(method, "sendfile") || !strcmp(method, "splice") || !strcmp(method, "tee"))
		while (move_once(chunk))
			;
	else
		put_all(chunk);
	told = fopen(argv[4], "w");
	if (!told)
		die(argv[4]);
	fprintf(told, "pid=%d bytes=%lld operations=%lld\n", getpid(), truth.bytes,
		truth.operations);
	return fclose(told);
}
