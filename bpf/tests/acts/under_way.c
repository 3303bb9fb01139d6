/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * In the middle of three things at once: a thread sleeps in a read of PATH, another in a send to
 * this process itself, and PATH is mapped. Says so and waits for a line; then both calls come back,
 * and their truth is told. `mapped` is the length of the mapping.
 */
#include "act.h"
#include "blocked_socket.h"
#include "stalled_memory.h"

enum { SENT = 32 << 20 };

static struct stalled_memory memory;
static struct truth got, sent;
static int in, out;
static _Atomic int sender;

static void *read_once(void *unused)
{
	count(&got, pread(in, memory.bytes, memory.length, 0));
	return unused;
}

static void *send_once(void *unused)
{
	sender = gettid();
	count(&sent, send(out, calloc(1, SENT), SENT, MSG_NOSIGNAL));
	shutdown(out, SHUT_WR);
	return unused;
}

int main(int argc, char **argv)
{
	struct truth received = {0};
	pthread_t threads[2];
	int port = 0;

	begin(&argc, argv);
	if (argc != 2)
		usage("under_way PATH");
	in = open_file(argv[1], O_RDONLY);
	long long length = size_of(in);
	char *mapped = mmap(NULL, length, PROT_READ, MAP_PRIVATE, in, 0);
	int listener = listen_on_loopback(&port);

	make_stalled_memory(&memory, length & -PAGE, 10);
	begin_stalling(&memory);
	out = connect_to("127.0.0.1", port, SOCK_STREAM);
	int peer = accept(listener, NULL, NULL);

	if (mapped == MAP_FAILED || peer < 0 ||
	    pthread_create(&threads[0], NULL, read_once, NULL) ||
	    pthread_create(&threads[1], NULL, send_once, NULL))
		die("prepare");
	await_stalled(&memory);
	while (!sender)
		usleep(1000);
	await_blocked(sender, out);
	printf("pid=%d port=%d\n", getpid(), port);
	fflush(stdout);
	wait_for_line();
	end_stalling(&memory);
	read_all(peer, malloc(1 << 20), 1 << 20, &received);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	printf("pid=%d bytes=%lld operations=2 read=%lld sent=%lld mapped=%lld\n", getpid(),
	       got.bytes + sent.bytes, got.bytes, sent.bytes, length);
	fflush(stdout);
	if (waits_after)
		wait_for_line();
	return 0;
}
