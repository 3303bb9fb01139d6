/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The thief: reads a file in chunks and sends each, over tcp, udp (connected), sendto, sendmmsg or
 * sendfile. */
#include "act.h"

int main(int argc, char **argv)
{
	struct truth truth = {0};

	if (argc != 8)
		usage("read_and_send TRANSPORT PATH ADDRESS PORT CHUNK LIMIT DELAY_MILLISECONDS");
	const char *transport = argv[1];
	long long chunk = number(argv[5]), limit = number(argv[6]), delay = number(argv[7]);
	int fd = open_file(argv[2], O_RDONLY);
	struct sockaddr_storage address;
	socklen_t length = make_address(argv[3], number(argv[4]), &address);
	char *buffer = malloc(chunk);
	int stream = !strcmp(transport, "tcp") || !strcmp(transport, "sendfile");
	int connected = stream || !strcmp(transport, "udp");
	int out = connected
			  ? connect_to(argv[3], number(argv[4]), stream ? SOCK_STREAM : SOCK_DGRAM)
			  : socket(address.ss_family, SOCK_DGRAM, 0);

	while (truth.bytes < limit) {
		long long wanted = limit - truth.bytes < chunk ? limit - truth.bytes : chunk;

		if (!strcmp(transport, "sendfile")) {
			long moved = sendfile(out, fd, NULL, wanted);

			if (moved == 0)
				break;
			count(&truth, moved);
			continue;
		}
		long got = read(fd, buffer, wanted);

		if (got <= 0)
			break;
		if (connected) {
			send_all(out, buffer, got, &truth);
		} else if (!strcmp(transport, "sendmmsg")) {
			struct iovec part = {buffer, got};
			struct mmsghdr message = {.msg_hdr = {.msg_name = &address,
							      .msg_namelen = length,
							      .msg_iov = &part,
							      .msg_iovlen = 1}};

			if (sendmmsg(out, &message, 1, 0) != 1)
				die("sendmmsg");
			count(&truth, message.msg_len);
		} else {
			count(&truth, sendto(out, buffer, got, 0, (void *)&address, length));
		}
		if (delay)
			usleep(delay * 1000);
	}
	tell(&truth);
	return 0;
}
