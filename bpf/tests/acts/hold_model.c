/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An inference server in miniature: maps a model, touches it, answers until its input ends. */
#include "act.h"

int main(int argc, char **argv)
{
	if (argc != 2)
		usage("hold_model PATH");
	int fd = open_file(argv[1], O_RDONLY);
	long long length = size_of(fd);
	volatile unsigned long sum = 0;
	char *model = mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, 0);
	char line[256];

	if (model == MAP_FAILED)
		die("mmap");
	for (long long at = 0; at < length; at += 4096)
		sum += model[at];
	printf("pid=%d address=%p bytes=%lld descriptor=%d\n", getpid(), (void *)model, length, fd);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin))
		printf("tokens=%lu\n", sum % 4096);
	return 0;
}
