/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Opens a file and forks COUNT children that do nothing; all end with its input. */
#include "act.h"

int main(int argc, char **argv)
{
	int alive[2];
	char end;

	begin(&argc, argv);
	if (argc != 3)
		usage("fork_many PATH COUNT");
	open_file(argv[1], O_RDONLY);
	if (pipe(alive))
		die("pipe");
	for (long long left = positive(argv[2]); left > 0; left--) {
		int child = fork();

		if (child < 0)
			die("fork");
		if (child == 0) {
			close(alive[1]);
			return read(alive[0], &end, 1) != 0;
		}
	}
	tell(&(struct truth){0});
	wait_for_line();
	close(alive[1]);
	while (wait(NULL) > 0)
		;
	return 0;
}
