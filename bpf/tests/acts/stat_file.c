/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An innocent: looks at a file's status, never at its content. */
#include "act.h"

int main(int argc, char **argv)
{
	struct truth truth = {0};
	struct stat status;

	begin(&argc, argv);
	if (argc != 3)
		usage("stat_file PATH TIMES");
	for (long long left = positive(argv[2]); left > 0; left--) {
		if (stat(argv[1], &status) || access(argv[1], R_OK))
			die(argv[1]);
		truth.operations += 2;
	}
	tell(&truth);
	return 0;
}
