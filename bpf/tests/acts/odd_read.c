/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads a file by calls made to confuse: int80 (the 32-bit table) or dirty (upper halves set). */
#include "act.h"

static long int80(long call, long first, long second, long third)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(call), "b"(first), "c"(second), "d"(third)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

static long raw(long call, long first, long second, long third)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(call), "D"(first), "S"(second), "d"(third)
			 : "memory", "rcx", "r11");
	return result;
}

int main(int argc, char **argv)
{
	const long dirt = 0xdeadbeef00000000;
	struct truth truth = {0};

	if (argc != 4)
		usage("odd_read int80|dirty PATH CHUNK");
	long long chunk = number(argv[3]);
	char *buffer = mmap(NULL, chunk, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	int fd = open_file(argv[2], O_RDONLY);

	for (;;) {
		long result = !strcmp(argv[1], "int80")
				      ? int80(3, fd, (long)buffer, chunk)
				      : raw(SYS_read, dirt | fd, (long)buffer, chunk);

		if (result == 0)
			break;
		count(&truth, result);
	}
	tell(&truth);
	return 0;
}
