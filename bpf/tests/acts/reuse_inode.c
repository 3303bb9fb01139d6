/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * On an overlay of its own, in a mount namespace of its own: writes a copy of the file FIRST under
 * NAME and reads it, says `inode=`, waits for a line, removes it and writes a copy of SECOND under
 * OTHER with the same inode number, size and time of modification. A child reads that, tells its
 * truth and waits for a line. Exit code 3: this file system does not use inode numbers again.
 */
#include "act.h"
#include "overlay.h"

enum { TRIES = 200, NOT_REUSED = 3 };

static char buffer[1 << 20];

static void copy(int from, int to)
{
	long got;

	while ((got = pread(from, buffer, sizeof(buffer), lseek(from, 0, SEEK_CUR))) > 0) {
		if (write(to, buffer, got) != got || lseek(from, got, SEEK_CUR) < 0)
			die("copy");
	}
	if (got < 0 || close(to))
		die("copy");
}

static struct stat status_of(const char *path)
{
	struct stat status;

	if (stat(path, &status))
		die(path);
	return status;
}

/* What is created in vain stays, so that the number comes round to the next. */
static int create_under(const char *name, ino_t inode)
{
	char spare[32];

	for (int i = 0; i < TRIES; i++) {
		int fd = open_file(name, O_WRONLY | O_CREAT | O_EXCL);

		if (status_of(name).st_ino == inode)
			return fd;
		close(fd);
		snprintf(spare, sizeof(spare), "spare%d", i);
		if (rename(name, spare))
			die(spare);
	}
	fprintf(stderr, "inode %lu was not used again\n", (unsigned long)inode);
	exit(NOT_REUSED);
}

static void read_whole(const char *name)
{
	struct truth truth = {0};
	int fd = open_file(name, O_RDONLY);

	read_all(fd, buffer, sizeof(buffer), &truth);
	tell(&truth);
}

int main(int argc, char **argv)
{
	int result, child;

	if (argc != 6)
		usage("reuse_inode FOLDER FIRST NAME SECOND OTHER");
	int first = open_file(argv[2], O_RDONLY), second = open_file(argv[4], O_RDONLY);
	struct truth read_truth = {0};

	enter_overlay(argv[1]);
	copy(first, open_file(argv[3], O_WRONLY | O_CREAT | O_EXCL));
	int fd = open_file(argv[3], O_RDONLY);

	read_all(fd, buffer, sizeof(buffer), &read_truth);
	struct stat before = status_of(argv[3]);

	printf("pid=%d bytes=%lld operations=%lld inode=%lu\n", getpid(), read_truth.bytes,
	       read_truth.operations, (unsigned long)before.st_ino);
	fflush(stdout);
	wait_for_line();
	close(fd);
	if (unlink(argv[3]))
		die(argv[3]);
	copy(second, create_under(argv[5], before.st_ino));
	struct timespec times[2] = {before.st_atim, before.st_mtim};

	if (utimensat(AT_FDCWD, argv[5], times, 0))
		die("utimensat");
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		waits_after = 1;
		read_whole(argv[5]);
		return 0;
	}
	if (waitpid(child, &result, 0) != child)
		die("waitpid");
	return WIFEXITED(result) ? WEXITSTATUS(result) : 1;
}
