/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A busy node at rest: PROCESSES processes, each with FILES open descriptors of the OTHER files in
 * turn; the first HOLDERS of them also map MODEL. They live until the input ends.
 */
#include "../acts/act.h"
#include <sys/prctl.h>
#include <sys/resource.h>

static void live(char **others, int other_count, long long files, const char *model)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (long long i = 0; i < files; i++)
		open_file(others[i % other_count], O_RDONLY);
	if (model) {
		int fd = open_file(model, O_RDONLY);

		if (mmap(NULL, size_of(fd), PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
			die("mmap");
	}
}

static void allow(long long files)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = files + 16;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("RLIMIT_NOFILE");
}

int main(int argc, char **argv)
{
	long long processes, files, holders;
	int ready[2];
	char byte;

	if (argc < 6 || pipe(ready))
		usage("crowd PROCESSES FILES HOLDERS MODEL OTHER…");
	processes = positive(argv[1]);
	files = positive(argv[2]);
	holders = number(argv[3]);
	allow(files);
	for (long long i = 0; i < processes; i++) {
		pid_t child = fork();

		if (child < 0)
			die("fork");
		if (child)
			continue;
		live(argv + 5, argc - 5, files, i < holders ? argv[4] : NULL);
		if (write(ready[1], "", 1) == 1)
			for (;;)
				pause();
		die("write");
	}
	for (long long i = 0; i < processes; i++)
		if (read(ready[0], &byte, 1) != 1)
			die("read");
	printf("processes=%lld files=%lld holders=%lld\n", processes, processes * files, holders);
	fflush(stdout);
	wait_for_line();
	return 0;
}
