/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads a file to its end by the kernel's aio: results are taken by io_getevents or out of the
 * shared ring (ring), several requests a call (batch), into vectors, past the cache (direct; the
 * one that is unaligned fails), by the 32-bit table (int80).
 */
#include "act.h"
#include "ia32.h"
#include <linux/aio_abi.h>

#define KINDS "plain ring batch vector direct unaligned int80 "

enum { ALIGNMENT = 4096, BATCH = 8 };

/* What the context's address points at (fs/aio.c); nothing but the C library's habit hides it. */
struct ring {
	unsigned id, length;
	volatile unsigned head;
	volatile unsigned tail;
	unsigned magic, compatible, incompatible, header_bytes;
	struct io_event events[];
};

struct low {
	struct iocb requests[BATCH];
	unsigned pointers[BATCH];
	struct iovec parts[BATCH][2];
	unsigned context;
};

static const char *kind;
static aio_context_t context;
static struct low *low;
static char *buffer;
static long chunk;
static int fd;

static int is(const char *name)
{
	return !strcmp(kind, name);
}

static void prepare_request(int i, long long at)
{
	char *into = buffer + i * chunk + is("unaligned");

	low->pointers[i] = (unsigned long)&low->requests[i];
	low->requests[i] = (struct iocb){.aio_lio_opcode = IOCB_CMD_PREAD,
					 .aio_fildes = fd,
					 .aio_buf = (unsigned long)into,
					 .aio_nbytes = chunk,
					 .aio_offset = at};
	if (!is("vector"))
		return;
	low->parts[i][0] = (struct iovec){into, chunk / 3};
	low->parts[i][1] = (struct iovec){into + chunk / 3, chunk - chunk / 3};
	low->requests[i].aio_lio_opcode = IOCB_CMD_PREADV;
	low->requests[i].aio_buf = (unsigned long)low->parts[i];
	low->requests[i].aio_nbytes = 2;
}

/* That of the 32-bit table lies in the first 4 GiB. */
static void set_up(void)
{
	if (is("int80") ? int80(IA32_IO_SETUP, BATCH, (long)&low->context, 0, 0)
			: syscall(SYS_io_setup, BATCH, &context))
		die("io_setup");
	if (is("int80"))
		context = low->context;
}

static long submit(int requests)
{
	struct iocb *pointers[BATCH];

	if (is("int80"))
		return int80(IA32_IO_SUBMIT, context, requests, (long)low->pointers, 0);
	for (int i = 0; i < requests; i++)
		pointers[i] = &low->requests[i];
	return syscall(SYS_io_submit, context, requests, pointers);
}

static long take_from_ring(void)
{
	struct ring *ring = (void *)context;
	long got;

	while (ring->head == ring->tail)
		usleep(100);
	__sync_synchronize();
	got = ring->events[ring->head % ring->length].res;
	ring->head = (ring->head + 1) % ring->length;
	return got;
}

static long take_by_call(void)
{
	struct io_event event;

	if (syscall(SYS_io_getevents, context, 1, 1, &event, NULL) != 1)
		die("io_getevents");
	return event.res;
}

int main(int argc, char **argv)
{
	struct truth truth = {0};
	long long before = -1;

	begin(&argc, argv);
	if (argc != 4)
		usage("aio_read " KINDS "PATH CHUNK");
	kind = one_of(KINDS, argv[1]);
	chunk = positive(argv[3]);
	fd = open_file(argv[2], is("direct") || is("unaligned") ? O_RDONLY | O_DIRECT : O_RDONLY);
	low = low_memory(sizeof(*low));
	buffer = low_memory(BATCH * chunk + ALIGNMENT);
	int requests = is("batch") ? BATCH : 1;

	set_up();
	for (long long at = 0; truth.bytes > before; at += requests * chunk) {
		before = truth.bytes;
		for (int i = 0; i < requests; i++)
			prepare_request(i, at + i * chunk);
		if (submit(requests) != requests)
			die("io_submit");
		for (int i = 0; i < requests; i++) {
			long got = is("ring") ? take_from_ring() : take_by_call();

			if (got == -EINVAL && is("unaligned"))
				continue;
			if (got)
				count(&truth, got);
		}
	}
	tell(&truth);
	return 0;
}
