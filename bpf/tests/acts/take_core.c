/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A handler of core dumps: counts its input to the end and writes the number into FILE. */
#include "act.h"

int main(int argc, char **argv)
{
	static char buffer[1 << 16];
	struct truth truth = {0};
	char text[32];

	if (argc != 2)
		usage("take_core FILE");
	read_all(0, buffer, sizeof(buffer), &truth);
	int length = snprintf(text, sizeof(text), "%lld", truth.bytes);
	int fd = open_file(argv[1], O_WRONLY | O_CREAT | O_TRUNC);

	return write(fd, text, length) != length;
}
