/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads CHUNK bytes of a file and sends BYTES in one blocking write, during which another thread
 * puts /dev/null in the place of the socket by dup2. The receiver is this process: it takes nothing
 * before that, so the write cannot end too early. BYTES are more than the socket's buffers hold.
 */
#include "act.h"
#include <linux/sockios.h>
#include <pthread.h>
#include <sys/ioctl.h>

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

static int listen_on(int *port)
{
	struct sockaddr_storage address;
	socklen_t length = make_address("127.0.0.1", 0, &address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (void *)&address, length) || listen(fd, 1) ||
	    getsockname(fd, (void *)&address, &length))
		die("listen");
	*port = ntohs(((struct sockaddr_in *)&address)->sin_port);
	return fd;
}

/* The writer sleeps with bytes in the socket: it waits for room inside the call. */
static void await_blocked(void)
{
	char path[64], state = 0;
	int queued = 0;

	while (!writer)
		usleep(1000);
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", writer);
	while (state != 'S' || queued == 0) {
		FILE *file = fopen(path, "r");

		if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1 ||
		    ioctl(out, SIOCOUTQ, &queued))
			die(path);
		fclose(file);
		usleep(1000);
	}
}

int main(int argc, char **argv)
{
	struct truth got = {0}, received = {0};
	static char buffer[1 << 20];
	pthread_t thread;
	int port;

	begin(&argc, argv);
	if (argc != 4)
		usage("replace_socket PATH CHUNK BYTES");
	int fd = open_file(argv[1], O_RDONLY), null = open_file("/dev/null", O_WRONLY);
	long long chunk = positive(argv[2]);
	int listener = listen_on(&port);

	wanted = positive(argv[3]);
	count(&got, read(fd, buffer, chunk < (long)sizeof(buffer) ? chunk : (long)sizeof(buffer)));
	out = connect_to("127.0.0.1", port, SOCK_STREAM);
	int peer = accept(listener, NULL, NULL);

	if (peer < 0 || pthread_create(&thread, NULL, write_once, NULL))
		die("prepare");
	await_blocked();
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
