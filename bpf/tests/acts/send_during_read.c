/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A second thread sends BYTES while the first is in the one read of the whole file; `during` is
 * what had left before that read returned.
 */
#include "act.h"
#include <pthread.h>

static int out;
static long long wanted;
static _Atomic int reading, done;
static struct truth sent;
static long long during;

static void *send_beside(void *unused)
{
	static char block[1 << 16];

	while (!reading)
		;
	while (sent.bytes < wanted) {
		long long left = wanted - sent.bytes;

		send_all(out, block,
			 left < (long long)sizeof(block) ? left : (long long)sizeof(block), &sent);
		if (!done)
			during = sent.bytes;
	}
	return unused;
}

int main(int argc, char **argv)
{
	struct truth got = {0};
	pthread_t sender;

	begin(&argc, argv);
	if (argc != 5)
		usage("send_during_read PATH ADDRESS PORT BYTES");
	out = connect_to(argv[2], positive(argv[3]), SOCK_STREAM);
	wanted = positive(argv[4]);
	int fd = open_file(argv[1], O_RDONLY);
	long long length = size_of(fd);
	char *buffer = malloc(length);

	if (!buffer || pthread_create(&sender, NULL, send_beside, NULL))
		die("prepare");
	/* Out of the page cache, so that the read takes its time. */
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	reading = 1;
	count(&got, read(fd, buffer, length));
	done = 1;
	pthread_join(sender, NULL);
	printf("pid=%d bytes=%lld operations=%lld read=%lld during=%lld\n", getpid(), sent.bytes,
	       sent.operations, got.bytes, during);
	fflush(stdout);
	if (waits_after)
		wait_for_line();
	return 0;
}
