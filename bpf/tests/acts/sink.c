/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Receives on one port until the input ends: accepts streams one after the other, or takes
 * datagrams. */
#include "act.h"
#include <poll.h>

int main(int argc, char **argv)
{
	static char buffer[1 << 20];
	struct sockaddr_storage address;
	struct truth truth = {0};

	if (argc != 4)
		usage("sink tcp|udp ADDRESS PORT");
	int stream = !strcmp(argv[1], "tcp"), one = 1;
	socklen_t length = make_address(argv[2], number(argv[3]), &address);
	int fd = socket(address.ss_family, stream ? SOCK_STREAM : SOCK_DGRAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (void *)&address, length) || (stream && listen(fd, 16)))
		die("bind");
	if (getsockname(fd, (void *)&address, &length))
		die("getsockname");
	printf("port=%d\n", ntohs(((struct sockaddr_in *)&address)->sin_port));
	fflush(stdout);
	struct pollfd polled[3] = {{fd, POLLIN, 0}, {0, POLLIN, 0}, {-1, POLLIN, 0}};

	while (poll(polled, 3, -1) > 0) {
		int source = stream ? polled[2].fd : fd;

		if (stream && polled[0].revents && polled[2].fd < 0)
			polled[2].fd = accept(fd, NULL, NULL);
		else if (stream ? polled[2].revents : polled[0].revents) {
			long got = recv(source, buffer, sizeof(buffer), 0);

			if (got > 0)
				count(&truth, got);
			if (got <= 0 && stream) {
				close(source);
				polled[2].fd = -1;
			}
		} else if (polled[1].revents) {
			break;
		}
	}
	tell(&truth);
	return 0;
}
