/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One reads a file, another of its lineage sends BYTES and tells its own truth: a child (fork), the
 * fifth generation (chain), the next image (exec, and thread_exec by a thread that is not the
 * leader). inherit: the parent only opens, the child reads and sends. send: no file at all.
 */
#include "act.h"
#include <pthread.h>

#define HOWS "fork chain exec thread_exec inherit "

enum { GENERATIONS = 4 };

static char buffer[1 << 20];
static char **arguments;

static void send_bytes(const char *address, const char *port, const char *bytes)
{
	int out = connect_to(address, positive(port), SOCK_STREAM);
	struct truth truth = {0};

	for (long long left = positive(bytes); left > 0;) {
		long long part =
			left < (long long)sizeof(buffer) ? left : (long long)sizeof(buffer);

		send_all(out, buffer, part, &truth);
		left -= part;
	}
	tell(&truth);
}

static void *next_image(void *unused)
{
	execl("/proc/self/exe", "lineage", "send", arguments[3], arguments[4], arguments[5],
	      waits_after ? "--wait-after" : NULL, NULL);
	die("exec");
	return unused;
}

/* The child goes on; the parent ends with what the child ended with. */
static void descend(void)
{
	int status, child = fork();

	if (child < 0)
		die("fork");
	if (child == 0)
		return;
	if (waitpid(child, &status, 0) != child)
		die("waitpid");
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

int main(int argc, char **argv)
{
	struct truth read_truth = {0};
	pthread_t thread;

	begin(&argc, argv);
	arguments = argv;
	if (argc == 5 && !strcmp(argv[1], "send")) {
		send_bytes(argv[2], argv[3], argv[4]);
		return 0;
	}
	if (argc != 6)
		usage("lineage " HOWS "PATH ADDRESS PORT BYTES | send ADDRESS PORT BYTES");
	const char *how = one_of(HOWS, argv[1]);
	int fd = open_file(argv[2], O_RDONLY);

	if (!strcmp(how, "inherit"))
		descend();
	read_all(fd, buffer, sizeof(buffer), &read_truth);
	if (!strcmp(how, "exec"))
		next_image(NULL);
	if (!strcmp(how, "thread_exec")) {
		if (pthread_create(&thread, NULL, next_image, NULL))
			die("pthread_create");
		pthread_join(thread, NULL);
	}
	for (int i = 0; !strcmp(how, "chain") && i < GENERATIONS; i++)
		descend();
	if (!strcmp(how, "fork"))
		descend();
	send_bytes(argv[3], argv[4], argv[5]);
	return 0;
}
