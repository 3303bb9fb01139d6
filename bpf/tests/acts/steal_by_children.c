/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Takes a file in many hands: each of TIMES children, one after the other, reads the next chunk,
 * sends it over a connection of its own and ends. The truth is what all of them read and sent.
 */
#include "act.h"

static void steal_one(const char *path, const char *address, int port, long chunk, long long offset)
{
	struct truth truth = {0};
	int fd = open_file(path, O_RDONLY), out = connect_to(address, port, SOCK_STREAM);
	char *buffer = malloc(chunk);

	if (pread(fd, buffer, chunk, offset) != chunk)
		die("pread");
	send_all(out, buffer, chunk, &truth);
	_exit(0);
}

int main(int argc, char **argv)
{
	struct truth truth = {0};
	int status;

	begin(&argc, argv);
	if (argc != 6)
		usage("steal_by_children PATH ADDRESS PORT CHUNK TIMES");
	long long chunk = positive(argv[4]), times = positive(argv[5]), size;
	int port = number(argv[3]), fd = open_file(argv[1], O_PATH);

	size = size_of(fd) / chunk * chunk;
	for (long long i = 0; i < times; i++) {
		pid_t child = fork();

		if (child < 0)
			die("fork");
		if (!child)
			steal_one(argv[1], argv[2], port, chunk, i * chunk % size);
		if (waitpid(child, &status, 0) != child || status)
			die("child");
		count(&truth, chunk);
	}
	tell(&truth);
	return 0;
}
