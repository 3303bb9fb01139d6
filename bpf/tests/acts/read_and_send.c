/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The thief: reads up to LIMIT bytes of a file in chunks and sends each. udp is connected, sendto
 * and sendmmsg (two messages per call) are not, redirect names another receiver than the one it is
 * connected to; unix takes a path as ADDRESS and PORT 0.
 */
#include "act.h"

#define TRANSPORTS "tcp sendfile udp sendto redirect sendmmsg unix "

static const char *transport;
static struct sockaddr_storage receiver;
static socklen_t receiver_length;

static int is(const char *name)
{
	return !strcmp(transport, name);
}

static int open_socket(const char *address, int port)
{
	if (is("unix")) {
		struct sockaddr_un path = unix_address(address);
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);

		if (fd < 0 || connect(fd, (void *)&path, sizeof(path)))
			die("connect");
		return fd;
	}
	receiver_length = make_address(address, port, &receiver);
	if (is("tcp") || is("sendfile"))
		return connect_to(address, port, SOCK_STREAM);
	if (is("udp"))
		return connect_to(address, port, SOCK_DGRAM);
	if (is("redirect"))
		return connect_to(address, port == 9 ? 10 : 9, SOCK_DGRAM);
	int fd = socket(receiver.ss_family, SOCK_DGRAM, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

static void send_two(int out, char *bytes, long length, struct truth *truth)
{
	struct iovec parts[2] = {{bytes, length / 2}, {bytes + length / 2, length - length / 2}};
	struct mmsghdr messages[2] = {0};

	for (int i = 0; i < 2; i++) {
		messages[i].msg_hdr.msg_name = &receiver;
		messages[i].msg_hdr.msg_namelen = receiver_length;
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	if (sendmmsg(out, messages, 2, 0) != 2)
		die("sendmmsg");
	count(truth, messages[0].msg_len);
	count(truth, messages[1].msg_len);
}

static void send_chunk(int out, char *bytes, long length, struct truth *truth)
{
	if (is("sendmmsg"))
		send_two(out, bytes, length, truth);
	else if (is("sendto") || is("redirect"))
		count(truth, sendto(out, bytes, length, 0, (void *)&receiver, receiver_length));
	else
		send_all(out, bytes, length, truth);
}

int main(int argc, char **argv)
{
	struct truth truth = {0};

	begin(&argc, argv);
	if (argc != 8)
		usage("read_and_send " TRANSPORTS
		      "PATH ADDRESS PORT CHUNK LIMIT DELAY_MILLISECONDS");
	transport = one_of(TRANSPORTS, argv[1]);
	long long chunk = positive(argv[5]), limit = positive(argv[6]), delay = number(argv[7]);
	int fd = open_file(argv[2], O_RDONLY), out = open_socket(argv[3], number(argv[4]));
	char *buffer = malloc(chunk);

	while (truth.bytes < limit) {
		long wanted = limit - truth.bytes < chunk ? limit - truth.bytes : chunk;
		long got =
			is("sendfile") ? sendfile(out, fd, NULL, wanted) : read(fd, buffer, wanted);

		if (got < 0)
			die(transport);
		if (got == 0)
			break;
		if (is("sendfile"))
			count(&truth, got);
		else
			send_chunk(out, buffer, got, &truth);
		if (delay)
			usleep(delay * 1000);
	}
	tell(&truth);
	return 0;
}
