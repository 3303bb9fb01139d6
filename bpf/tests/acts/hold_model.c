/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An inference server in miniature: maps a model (or reads it into memory), touches it, and answers
 * each line with a few hundred bytes, on its standard output and with --port on a loopback port (0:
 * any), one client after the other. Ends with its input.
 */
#include "act.h"
#include <poll.h>

static volatile unsigned long sum;

static char *load(int fd, long long length, int reads)
{
	struct truth got = {0};
	char *model = mmap(NULL, length, reads ? PROT_READ | PROT_WRITE : PROT_READ,
			   MAP_PRIVATE | (reads ? MAP_ANONYMOUS : 0), reads ? -1 : fd, 0);

	if (model == MAP_FAILED)
		die("mmap");
	while (reads && got.bytes < length) {
		long result = read(fd, model + got.bytes, length - got.bytes);

		count(&got, result ? result : -1);
	}
	for (long long at = 0; at < length; at += 4096)
		sum += model[at];
	return model;
}

/* False at the end of the requests. */
static int answer(int from, int to)
{
	char text[512];
	long got = read(from, text, sizeof(text));

	if (got <= 0)
		return 0;
	for (; got > 0; got--)
		if (text[got - 1] == '\n')
			dprintf(to, "tokens=%lu text=%0300d\n", sum % 4096, 0);
	return 1;
}

int main(int argc, char **argv)
{
	const char *port_text = take_value(&argc, argv, "--port");
	const char *mode = take_value(&argc, argv, "--mode");

	if (argc != 2)
		usage("hold_model PATH [--mode mmap|read] [--port PORT]");
	int fd = open_file(argv[1], O_RDONLY), port = port_text ? (int)number(port_text) : 0;
	int reads = mode && !strcmp(one_of("mmap read ", mode), "read");
	long long length = size_of(fd);
	char *model = load(fd, length, reads);
	struct pollfd polled[3] = {{0, POLLIN, 0}, {-1, POLLIN, 0}, {-1, POLLIN, 0}};

	signal(SIGPIPE, SIG_IGN);
	if (port_text)
		polled[1].fd = listen_on_loopback(&port);
	printf("pid=%d address=%p bytes=%lld descriptor=%d port=%d\n", getpid(), (void *)model,
	       length, fd, port);
	fflush(stdout);
	while (poll(polled, 3, -1) > 0) {
		if (polled[0].revents && !answer(0, 1))
			break;
		if (polled[2].fd >= 0 && polled[2].revents && !answer(polled[2].fd, polled[2].fd)) {
			close(polled[2].fd);
			polled[2].fd = -1;
		} else if (polled[2].fd < 0 && polled[1].revents) {
			polled[2].fd = accept(polled[1].fd, NULL, NULL);
		}
		/* A second client waits in the queue, not in a busy loop. */
		polled[1].events = polled[2].fd < 0 ? POLLIN : 0;
	}
	return 0;
}
