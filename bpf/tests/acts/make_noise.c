/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A hostile program that hides others: `descriptors` opens PATH COUNT times and reads a byte of
 * each, `names` gives it COUNT names and reads a byte under each, `sockets` sends COUNT bytes over
 * as many connections, `deaths` forks COUNT children that are killed after a byte.
 */
#include "act.h"
#include <sys/resource.h>

#define KINDS "descriptors names sockets deaths "

static void read_byte(int fd, struct truth *truth)
{
	char byte;

	count(truth, pread(fd, &byte, 1, 0));
}

static void open_many(const char *path, long long times, struct truth *truth)
{
	struct rlimit limit = {times + 100, times + 100};

	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("descriptors");
	for (; times > 0; times--)
		read_byte(open_file(path, O_RDONLY), truth);
}

static void name_often(const char *path, long long times, struct truth *truth)
{
	char name[4096];

	for (; times > 0; times--) {
		snprintf(name, sizeof(name), "%s-%lld.safetensors", path, times);
		if (link(path, name))
			die(name);
		int fd = open_file(name, O_RDONLY);

		read_byte(fd, truth);
		close(fd);
		unlink(name);
	}
}

static void connect_often(const char *path, const char *address, int port, long long times,
			  struct truth *truth)
{
	struct linger at_once = {1, 0};
	struct truth read = {0};
	char byte = 0;

	read_byte(open_file(path, O_RDONLY), &read);
	for (; times > 0; times--) {
		int fd = connect_to(address, port, SOCK_STREAM);

		/* Or the ports are used up before the first of them is free again. */
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		count(truth, send(fd, &byte, 1, MSG_NOSIGNAL));
		close(fd);
	}
}

static void die_often(const char *path, long long times, struct truth *truth)
{
	for (; times > 0; times--) {
		struct truth own = {0};
		int status, child = fork();

		if (child < 0)
			die("fork");
		if (child == 0) {
			read_byte(open_file(path, O_RDONLY), &own);
			raise(SIGKILL);
		}
		if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status))
			die("child");
		count(truth, 1);
	}
}

int main(int argc, char **argv)
{
	struct truth truth = {0};

	if (argc != 4 && argc != 6)
		usage("make_noise " KINDS "PATH COUNT [ADDRESS PORT]");
	const char *kind = one_of(KINDS, argv[1]);
	long long times = positive(argv[3]);

	if (!strcmp(kind, "descriptors"))
		open_many(argv[2], times, &truth);
	else if (!strcmp(kind, "names"))
		name_often(argv[2], times, &truth);
	else if (!strcmp(kind, "deaths"))
		die_often(argv[2], times, &truth);
	else if (argc == 6)
		connect_often(argv[2], argv[4], positive(argv[5]), times, &truth);
	tell(&truth);
	return 0;
}
