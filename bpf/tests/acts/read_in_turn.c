/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads the beginnings of some files in turn, all on one processor: CHUNK bytes of the first one,
 * one more of each next one, TIMES times. Then once more, after what an option says: `--pause`
 * tells the truth and waits for a line, `--change` changes a byte of each file through a shared
 * mapping,
 * `--exec` goes on as the next image of the process. The truth is that of the last time.
 */
#include "act.h"
#include <sched.h>

enum { MOST_FILES = 256 };

static int files[MOST_FILES];
static char *buffer;

static void stay_on_one_processor(void)
{
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	if (sched_setaffinity(0, sizeof(first), &first))
		die("sched_setaffinity");
}

static void read_in_turn(int count_of_files, long chunk, long times, struct truth *truth)
{
	*truth = (struct truth){0};
	for (long time = 0; time < times; time++)
		for (int i = 0; i < count_of_files; i++)
			count(truth, pread(files[i], buffer, chunk + i, 0));
}

static long long changed_at(int fd)
{
	struct stat status;

	if (fstat(fd, &status))
		die("fstat");
	return status.st_ctim.tv_sec * 1000000000LL + status.st_ctim.tv_nsec;
}

/* The clock of a file system may stand still for some milliseconds. */
static void change(const char *path)
{
	int fd = open_file(path, O_RDWR);
	long long before = changed_at(fd);

	while (changed_at(fd) == before) {
		volatile char *page = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		if (page == MAP_FAILED)
			die("mmap");
		page[0] = page[0];
		munmap((void *)page, 1);
	}
	close(fd);
}

int main(int argc, char **argv)
{
	int pauses = take_flag(&argc, argv, "--pause"),
	    changes = take_flag(&argc, argv, "--change");
	int executes = take_flag(&argc, argv, "--exec");
	struct truth truth;

	begin(&argc, argv);
	if (argc < 4 || argc > 3 + MOST_FILES)
		usage("read_in_turn CHUNK TIMES PATH... [--pause|--change|--exec]");
	long chunk = positive(argv[1]), times = positive(argv[2]);
	int count_of_files = argc - 3;

	stay_on_one_processor();
	buffer = malloc(chunk + MOST_FILES);
	if (!buffer)
		die("malloc");
	for (int i = 0; i < count_of_files; i++)
		files[i] = open_file(argv[3 + i], O_RDONLY | O_CLOEXEC);
	read_in_turn(count_of_files, chunk, times, &truth);
	if (executes) {
		argv[argc] = NULL;
		execv("/proc/self/exe", argv);
		die("execv");
	}
	if (pauses) {
		printf("pid=%d bytes=%lld operations=%lld\n", getpid(), truth.bytes,
		       truth.operations);
		fflush(stdout);
		wait_for_line();
	}
	for (int i = 0; changes && i < count_of_files; i++)
		change(argv[3 + i]);
	if (pauses || changes)
		read_in_turn(count_of_files, chunk, times, &truth);
	tell(&truth);
	return 0;
}
