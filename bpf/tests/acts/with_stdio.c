/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Runs a command with another kind of standard streams than pipes: a terminal, which is also its
 * controlling one, or a socket. What comes out of it goes on to this act's own output.
 */
#include "act.h"
#include <pty.h>
#include <termios.h>

static void execute(char **command)
{
	execv(command[0], command);
	die(command[0]);
}

static int start_in_terminal(char **command)
{
	struct termios raw;
	int terminal, child;

	memset(&raw, 0, sizeof(raw));
	cfmakeraw(&raw); /* no byte becomes two */
	child = forkpty(&terminal, NULL, &raw, NULL);
	if (child < 0)
		die("forkpty");
	if (!child)
		execute(command);
	return terminal;
}

static int start_on_socket(char **command)
{
	int ends[2], child;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		die("socketpair");
	child = fork();
	if (child < 0)
		die("fork");
	if (!child) {
		for (int stream = 0; stream < 3; stream++)
			dup2(ends[1], stream);
		execute(command);
	}
	close(ends[1]);
	return ends[0];
}

/* A terminal whose other side is gone fails to be read: that is its end. */
static void pass_on(int from)
{
	char bytes[65536];
	long got;

	while ((got = read(from, bytes, sizeof(bytes))) > 0)
		for (long put = 0; put < got;) {
			long written = write(STDOUT_FILENO, bytes + put, got - put);

			if (written < 0)
				die("write");
			put += written;
		}
}

int main(int argc, char **argv)
{
	int status = 0;

	if (argc < 3)
		usage("with_stdio terminal|socket COMMAND [ARGUMENT…]");
	if (!strcmp(one_of("terminal socket ", argv[1]), "terminal"))
		pass_on(start_in_terminal(argv + 2));
	else
		pass_on(start_on_socket(argv + 2));
	while (wait(&status) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
