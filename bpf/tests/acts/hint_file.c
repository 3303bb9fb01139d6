/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Has a file brought into the page cache and takes nothing of it; madvise needs it mapped. */
#include "act.h"

#define HINTS "readahead fadvise madvise process_madvise "

static long hint(const char *kind, int fd, char *mapped, long long length)
{
	struct iovec part = {mapped, length};

	if (!strcmp(kind, "readahead"))
		return readahead(fd, 0, length);
	if (!strcmp(kind, "fadvise"))
		return posix_fadvise(fd, 0, length, POSIX_FADV_WILLNEED) ? -1 : 0;
	if (!strcmp(kind, "madvise"))
		return madvise(mapped, length, MADV_WILLNEED);
	return syscall(SYS_process_madvise, syscall(SYS_pidfd_open, getpid(), 0), &part, 1,
		       MADV_WILLNEED, 0) == length
		       ? 0
		       : -1;
}

int main(int argc, char **argv)
{
	struct truth truth = {.operations = 1};
	char *mapped = NULL;

	begin(&argc, argv);
	if (argc != 3)
		usage("hint_file " HINTS "PATH");
	const char *kind = one_of(HINTS, argv[1]);
	int fd = open_file(argv[2], O_RDONLY);
	long long length = size_of(fd) & -4096;

	if (strstr(kind, "madvise"))
		mapped = mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, 0);
	if (mapped == MAP_FAILED || hint(kind, fd, mapped, length))
		die(kind);
	tell(&truth);
	return 0;
}
