/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Runs a command as another user, who need not be able to reach its file. */
#include "act.h"
#include <grp.h>

int main(int argc, char **argv)
{
	if (argc < 3)
		usage("as_user ID COMMAND [ARGUMENT…]");
	int user = positive(argv[1]), command = open_file(argv[2], O_RDONLY | O_CLOEXEC);

	if (setgroups(0, NULL) || setgid(user) || setuid(user))
		die("setuid");
	fexecve(command, argv + 2, environ);
	die(argv[2]);
	return 1;
}
