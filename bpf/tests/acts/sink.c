/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Receives on one port (0: any; unix: a path and PORT 0), streams one after the other or datagrams.
 * Ends with its input, or with --connections after so many streams, and tells what came and the
 * address of whom the last came from.
 */
#include "act.h"
#include <poll.h>

static int listen_on(const char *kind, const char *text, int port, int *bound)
{
	struct sockaddr_storage address = {0};
	struct sockaddr_un path;
	int one = 1, fd, stream = strcmp(kind, "udp"), local = !strcmp(kind, "unix");
	socklen_t length = sizeof(path);

	if (local)
		path = unix_address(text);
	else
		length = make_address(text, port, &address);
	fd = socket(local ? AF_UNIX : address.ss_family, stream ? SOCK_STREAM : SOCK_DGRAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, local ? (void *)&path : (void *)&address, length) ||
	    (stream && listen(fd, 16)))
		die("bind");
	length = sizeof(address);
	if (getsockname(fd, (void *)&address, &length))
		die("getsockname");
	*bound = local ? 0 : ntohs(((struct sockaddr_in *)&address)->sin_port);
	return fd;
}

static void remember(const struct sockaddr_storage *address, char *peer, int length)
{
	const struct sockaddr_in *four = (const void *)address;
	const struct sockaddr_in6 *six = (const void *)address;

	if (address->ss_family == AF_INET)
		inet_ntop(AF_INET, &four->sin_addr, peer, length);
	else if (address->ss_family == AF_INET6)
		inet_ntop(AF_INET6, &six->sin6_addr, peer, length);
}

int main(int argc, char **argv)
{
	static char buffer[1 << 20];
	const char *many = take_value(&argc, argv, "--connections");
	struct sockaddr_storage from = {0};
	socklen_t length = sizeof(from);
	struct truth truth = {0};
	char peer[INET6_ADDRSTRLEN] = "none";
	int port;

	if (argc != 4)
		usage("sink tcp|udp|unix ADDRESS PORT [--connections N]");
	const char *kind = one_of("tcp udp unix ", argv[1]);
	int stream = strcmp(kind, "udp"), fd = listen_on(kind, argv[2], number(argv[3]), &port);
	long long left = many ? positive(many) : -1;
	struct pollfd polled[3] = {{fd, POLLIN, 0}, {many ? -1 : 0, POLLIN, 0}, {-1, POLLIN, 0}};

	printf("port=%d\n", port);
	fflush(stdout);
	while (left && poll(polled, 3, -1) > 0) {
		int source = stream ? polled[2].fd : fd;

		if (stream && polled[0].revents && polled[2].fd < 0) {
			polled[2].fd = accept(fd, (void *)&from, &length);
			remember(&from, peer, sizeof(peer));
		} else if (stream ? polled[2].revents : polled[0].revents) {
			length = sizeof(from);
			long got =
				recvfrom(source, buffer, sizeof(buffer), 0, (void *)&from, &length);

			if (got > 0) {
				count(&truth, got);
				if (!stream)
					remember(&from, peer, sizeof(peer));
			} else if (stream) {
				close(source);
				polled[2].fd = -1;
				left--;
			}
			length = sizeof(from);
		} else if (polled[1].revents) {
			break;
		}
	}
	printf("pid=%d bytes=%lld operations=%lld peer=%s\n", getpid(), truth.bytes,
	       truth.operations, peer);
	return 0;
}
