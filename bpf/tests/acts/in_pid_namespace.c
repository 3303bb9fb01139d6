/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Runs a command as pid 1 of a new pid namespace: the pids that it names are none of ours. */
#include "act.h"
#include <sched.h>

int main(int argc, char **argv)
{
	int status, child;

	if (argc < 2)
		usage("in_pid_namespace COMMAND [ARGUMENT…]");
	if (unshare(CLONE_NEWPID))
		die("unshare");
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		execvp(argv[1], argv + 1);
		die(argv[1]);
	}
	if (waitpid(child, &status, 0) != child)
		die("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
