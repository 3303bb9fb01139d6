/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads a file, then lets another send: fork (the child sends) or exec (the next image sends). */
#include "act.h"

int main(int argc, char **argv)
{
	struct truth read_truth = {0}, truth = {0};
	static char buffer[1 << 20];

	if (argc == 5 && !strcmp(argv[1], "send")) {
		send_all(connect_to(argv[2], number(argv[3]), SOCK_STREAM), buffer, number(argv[4]),
			 &truth);
		tell(&truth);
		return 0;
	}
	if (argc != 6)
		usage("lineage fork|exec PATH ADDRESS PORT BYTES");
	int fd = open_file(argv[2], O_RDONLY);
	long got;

	while ((got = read(fd, buffer, sizeof(buffer))) > 0)
		count(&read_truth, got);
	if (!strcmp(argv[1], "exec")) {
		execl("/proc/self/exe", "lineage", "send", argv[3], argv[4], argv[5], NULL);
		die("exec");
	}
	int child = fork();

	if (child == 0) {
		send_all(connect_to(argv[3], number(argv[4]), SOCK_STREAM), buffer, number(argv[5]),
			 &truth);
		tell(&truth);
		return 0;
	}
	waitpid(child, NULL, 0);
	return 0;
}
