/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Runs a command in the cgroup whose folder is given. */
#include "act.h"

int main(int argc, char **argv)
{
	char path[4096];

	if (argc < 3)
		usage("in_cgroup FOLDER COMMAND [ARGUMENT…]");
	snprintf(path, sizeof(path), "%s/cgroup.procs", argv[1]);
	if (write(open_file(path, O_WRONLY | O_CLOEXEC), "0", 1) != 1)
		die(path);
	execv(argv[2], argv + 2);
	die(argv[2]);
	return 1;
}
