/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads the first BYTES of a file and sends them by the one call of 32-bit programs for sockets. */
#include "act.h"
#include "ia32.h"

enum { CALL_SEND = 9 };

int main(int argc, char **argv)
{
	struct truth truth = {0};

	begin(&argc, argv);
	if (argc != 5)
		usage("odd_send PATH ADDRESS PORT BYTES");
	long length = positive(argv[4]), sent;
	unsigned *arguments = low_memory(4 * sizeof(*arguments));
	char *buffer = low_memory(length);
	int fd = open_file(argv[1], O_RDONLY);
	int out = connect_to(argv[2], number(argv[3]), SOCK_STREAM);

	if (read(fd, buffer, length) != length)
		die("read");
	for (long at = 0; at < length; at += sent) {
		memcpy(arguments,
		       (unsigned[]){out, (unsigned long)buffer + at, length - at, MSG_NOSIGNAL},
		       4 * sizeof(*arguments));
		sent = int80(IA32_SOCKETCALL, CALL_SEND, (long)arguments, 0, 0);
		errno = sent < 0 ? -sent : 0;
		count(&truth, sent < 0 ? -1 : sent);
	}
	tell(&truth);
	return 0;
}
