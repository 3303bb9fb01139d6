/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory that is handed out page by page: a call that fills or reads it sleeps inside the kernel
 * once `limit` pages were given, for as long as the act wants. No clock and no slow disk is needed
 * to catch a call in its middle.
 */
#ifndef MODELWARDEN_STALLED_MEMORY_H
#define MODELWARDEN_STALLED_MEMORY_H

#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sys/ioctl.h>

enum { PAGE = 4096 };

struct stalled_memory {
	char *bytes; /* shared with children, so that they can be looked at after a death */
	long length;
	long limit; /* pages */
	int fd;
	volatile int *stalled; /* shared too */
};

static inline void give_page(struct stalled_memory *memory, unsigned long address)
{
	struct uffdio_zeropage zero = {.range = {address & -PAGE, PAGE}};

	if (ioctl(memory->fd, UFFDIO_ZEROPAGE, &zero))
		die("UFFDIO_ZEROPAGE");
}

static void *give_pages(void *argument)
{
	struct stalled_memory *memory = argument;
	struct uffd_msg message;

	for (long given = 0; given < memory->limit; given++) {
		if (read(memory->fd, &message, sizeof(message)) != sizeof(message))
			die("userfaultfd");
		give_page(memory, message.arg.pagefault.address);
	}
	if (read(memory->fd, &message, sizeof(message)) != sizeof(message))
		die("userfaultfd");
	*memory->stalled = 1;
	return NULL;
}

/* To be called before the fork of whoever is to be watched. */
static inline void make_stalled_memory(struct stalled_memory *memory, long length, long limit)
{
	memory->length = length;
	memory->limit = limit;
	memory->bytes =
		mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	memory->stalled =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory->bytes == MAP_FAILED || memory->stalled == MAP_FAILED)
		die("mmap");
}

/* In the process whose calls are to stall: such memory belongs to one address space. */
static inline void begin_stalling(struct stalled_memory *memory)
{
	struct uffdio_api api = {.api = UFFD_API};
	struct uffdio_register range = {.range = {(unsigned long)memory->bytes, memory->length},
					.mode = UFFDIO_REGISTER_MODE_MISSING};
	pthread_t thread;

	memory->fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (memory->fd < 0 || ioctl(memory->fd, UFFDIO_API, &api) ||
	    ioctl(memory->fd, UFFDIO_REGISTER, &range))
		die("userfaultfd");
	if (pthread_create(&thread, NULL, give_pages, memory))
		die("pthread_create");
}

static inline void await_stalled(struct stalled_memory *memory)
{
	while (!*memory->stalled)
		usleep(1000);
}

/* From here on the memory is ordinary: the call that sleeps in it goes on. */
static inline void end_stalling(struct stalled_memory *memory)
{
	struct uffdio_range range = {(unsigned long)memory->bytes, memory->length};

	if (ioctl(memory->fd, UFFDIO_UNREGISTER, &range))
		die("UFFDIO_UNREGISTER");
}

#endif
