/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads a file by calls made to confuse: through the 32-bit table (int80, int80_pread,
 * int80_open: opened there too) or with the upper halves of registers set: of the descriptor's
 * (dirty, dirty_pread) or of the number of the call (dirty_number); or through the x32 table, which
 * few kernels have: exit code 3 says that this one has not.
 */
#include "act.h"
#include "ia32.h"

#define KINDS "int80 int80_pread int80_open dirty dirty_pread dirty_number x32 "

enum { X32 = 0x40000000 };

static const long dirt = 0xdeadbeef00000000;

static long raw(long call, long first, long second, long third, long fourth)
{
	register long r10 __asm__("r10") = fourth;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(call), "D"(first), "S"(second), "d"(third), "r"(r10)
			 : "memory", "rcx", "r11");
	return result;
}

static int open_odd(const char *kind, const char *path)
{
	if (strcmp(kind, "int80_open"))
		return open_file(path, O_RDONLY);
	return int80(IA32_OPEN, (long)strcpy(low_memory(strlen(path) + 1), path), O_RDONLY, 0, 0);
}

int main(int argc, char **argv)
{
	struct truth truth = {0};

	begin(&argc, argv);
	if (argc != 4)
		usage("odd_read " KINDS "PATH CHUNK");
	const char *kind = one_of(KINDS, argv[1]);
	long long chunk = positive(argv[3]);
	char *buffer = low_memory(chunk);
	int fd = open_odd(kind, argv[2]);

	if (fd < 0)
		die(argv[2]);
	for (;;) {
		long result;

		/* The offset's low half is enough: these files are small. */
		if (!strcmp(kind, "int80_pread"))
			result = int80(IA32_PREAD64, fd, (long)buffer, chunk, truth.bytes);
		else if (!strcmp(kind, "dirty_pread"))
			result = raw(SYS_pread64, dirt | fd, (long)buffer, chunk, truth.bytes);
		else if (!strcmp(kind, "dirty"))
			result = raw(SYS_read, dirt | fd, (long)buffer, chunk, 0);
		else if (!strcmp(kind, "x32"))
			result = raw(X32 | SYS_read, fd, (long)buffer, chunk, 0);
		else if (!strcmp(kind, "dirty_number"))
			result = raw(dirt | SYS_read, fd, (long)buffer, chunk, 0);
		else
			result = int80(IA32_READ, fd, (long)buffer, chunk, 0);
		if (result == 0)
			break;
		if (result == -ENOSYS && !strcmp(kind, "x32"))
			return 3;
		if (result < 0)
			errno = -result;
		count(&truth, result < 0 ? -1 : result);
	}
	tell(&truth);
	return 0;
}
