/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A server from which a file is downloaded: accepts one connection and sends LIMIT bytes of the
 * file. */
#include "act.h"

int main(int argc, char **argv)
{
	struct truth truth = {0}, sent = {0};
	struct sockaddr_storage address;

	begin(&argc, argv);
	if (argc != 5)
		usage("serve_file PATH ADDRESS PORT LIMIT");
	long long limit = positive(argv[4]);
	int listener, fd = open_file(argv[1], O_RDONLY), one = 1;
	socklen_t length = make_address(argv[2], number(argv[3]), &address);
	char *buffer = malloc(limit);

	listener = socket(address.ss_family, SOCK_STREAM, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (void *)&address, length) || listen(listener, 1))
		die("bind");
	if (getsockname(listener, (void *)&address, &length))
		die("getsockname");
	printf("port=%d\n", ntohs(((struct sockaddr_in *)&address)->sin_port));
	fflush(stdout);
	int peer = accept(listener, NULL, NULL);

	if (peer < 0)
		die("accept");
	count(&truth, read(fd, buffer, limit));
	send_all(peer, buffer, truth.bytes, &sent);
	tell(&sent);
	return 0;
}
