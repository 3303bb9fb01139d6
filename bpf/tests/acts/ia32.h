/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls through the table of 32-bit programs, from 64-bit code. */
#ifndef MODELWARDEN_IA32_H
#define MODELWARDEN_IA32_H

enum {
	IA32_READ = 3,
	IA32_OPEN = 5,
	IA32_IOCTL = 54,
	IA32_MMAP = 90, /* the old one: its arguments lie in memory */
	IA32_SOCKETCALL = 102,
	IA32_PREAD64 = 180,
	IA32_IO_SETUP = 245,
	IA32_IO_SUBMIT = 248,
};

static inline long int80(long call, long first, long second, long third, long fourth)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(call), "b"(first), "c"(second), "d"(third), "S"(fourth), "D"(0L)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

/* In the first 4 GiB, where such calls find it. */
static inline void *low_memory(long long length)
{
	void *memory = mmap(NULL, length, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (memory == MAP_FAILED)
		die("mmap");
	return memory;
}

#endif
