/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads CHUNK bytes of a file and sends BYTES in one blocking write, during which another thread
 * puts /dev/null in the place of the socket by dup2. The receiver is this process: it takes nothing
 * before that, so the write cannot end too early. BYTES are more than the socket's buffers hold.
 */
#include "act.h"
#include "blocked_socket.h"
#include <pthread.h>

static int out;
static long long wanted;
static _Atomic int writer;
static struct truth sent;

static void *write_once(void *unused)
{
	char *bytes = calloc(1, wanted);

	if (!bytes)
		die("calloc");
	writer = gettid();
	count(&sent, write(out, bytes, wanted));
	return unused;
}

int main(int argc, char **argv)
{
	struct truth got = {0}, received = {0};
	static char buffer[1 << 20];
	pthread_t thread;
	int port = 0;

	begin(&argc, argv);
	if (argc != 4)
		usage("replace_socket PATH CHUNK BYTES");
	int fd = open_file(argv[1], O_RDONLY), null = open_file("/dev/null", O_WRONLY);
	long long chunk = positive(argv[2]);
	int listener = listen_on_loopback(&port);

	wanted = positive(argv[3]);
	count(&got, read(fd, buffer, chunk < (long)sizeof(buffer) ? chunk : (long)sizeof(buffer)));
	out = connect_to("127.0.0.1", port, SOCK_STREAM);
	int peer = accept(listener, NULL, NULL);

	if (peer < 0 || pthread_create(&thread, NULL, write_once, NULL))
		die("prepare");
	while (!writer)
		usleep(1000);
	await_blocked(writer, out);
	if (dup2(null, out) < 0)
		die("dup2");
	read_all(peer, buffer, sizeof(buffer), &received);
	pthread_join(thread, NULL);
	printf("pid=%d bytes=%lld operations=%lld read=%lld received=%lld port=%d\n", getpid(),
	       sent.bytes, sent.operations, got.bytes, received.bytes, port);
	fflush(stdout);
	if (waits_after)
		wait_for_line();
	return 0;
}
