/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A child reads a model into its memory and aborts in FOLDER, with its core allowed to be of any
 * size. Says child=, bytes= of the model and file=, the bytes of data of the file named core, 0 if
 * there is none.
 */
#include "act.h"
#include <sys/resource.h>

static void load_and_abort(const char *path, const char *folder)
{
	struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	int fd = open_file(path, O_RDONLY);
	long long length = size_of(fd);
	char *model = malloc(length);
	struct truth truth = {0};

	if (!model || setrlimit(RLIMIT_CORE, &unlimited) || chdir(folder))
		die(folder);
	while (truth.bytes < length)
		count(&truth, read(fd, model + truth.bytes, length - truth.bytes) ?: -1);
	abort();
}

/* Without its holes. */
static long long data_bytes(const char *path)
{
	int fd = open(path, O_RDONLY);
	long long bytes = 0;
	off_t from = 0, to = 0;

	while (fd >= 0 && (from = lseek(fd, to, SEEK_DATA)) >= 0) {
		to = lseek(fd, from, SEEK_HOLE);
		bytes += to - from;
	}
	return bytes;
}

int main(int argc, char **argv)
{
	char core[4096];
	int status, child;

	if (argc != 3)
		usage("dump_core PATH FOLDER");
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0)
		load_and_abort(argv[1], argv[2]);
	if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status))
		die("child");
	snprintf(core, sizeof(core), "%s/core", argv[2]);
	printf("pid=%d child=%d bytes=%lld file=%lld dumped=%d\n", getpid(), child,
	       size_of(open_file(argv[1], O_RDONLY)), data_bytes(core), !!WCOREDUMP(status));
	return 0;
}
