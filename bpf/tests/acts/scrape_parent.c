/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Maps a file; a child copies the first LENGTH bytes out of its parent by process_vm_readv and
 * tells its truth. The pid it names is its parent's in their own namespace.
 */
#include "act.h"

static void scrape(char *mapped, long long length)
{
	char *copy = malloc(length);
	struct iovec local = {copy, length}, remote = {mapped, length};
	struct truth truth = {0};

	if (!copy)
		die("malloc");
	count(&truth, process_vm_readv(getppid(), &local, 1, &remote, 1, 0));
	tell(&truth);
}

int main(int argc, char **argv)
{
	int status, child;

	begin(&argc, argv);
	if (argc != 3)
		usage("scrape_parent PATH LENGTH");
	long long length = positive(argv[2]);
	char *mapped = mmap(NULL, length, PROT_READ, MAP_PRIVATE, open_file(argv[1], O_RDONLY), 0);

	if (mapped == MAP_FAILED)
		die("mmap");
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		scrape(mapped, length);
		return 0;
	}
	if (waitpid(child, &status, 0) != child)
		die("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
