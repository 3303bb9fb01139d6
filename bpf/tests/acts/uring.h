/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A ring of io_uring by its system calls alone, as a thief without a library uses it. */
#ifndef MODELWARDEN_URING_H
#define MODELWARDEN_URING_H

#include <linux/io_uring.h>

struct uring {
	int fd;
	char *rings;
	struct io_uring_sqe *entries;
	struct io_uring_params params;
	unsigned pending; /* queued and not yet submitted */
};

static inline unsigned *uring_at(const struct uring *ring, unsigned offset)
{
	return (unsigned *)(ring->rings + offset);
}

static inline void open_uring(struct uring *ring, unsigned entries, unsigned flags)
{
	size_t length;

	ring->params = (struct io_uring_params){
		.flags = flags, .sq_thread_idle = 1000, .cq_entries = entries};
	ring->fd = syscall(SYS_io_uring_setup, entries, &ring->params);
	if (ring->fd < 0 || !(ring->params.features & IORING_FEAT_SINGLE_MMAP))
		die("io_uring_setup");
	length = ring->params.cq_off.cqes + ring->params.cq_entries * sizeof(struct io_uring_cqe);
	ring->rings = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			   ring->fd, IORING_OFF_SQ_RING);
	ring->entries =
		mmap(NULL, ring->params.sq_entries * sizeof(*ring->entries), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_POPULATE, ring->fd, IORING_OFF_SQES);
	if (ring->rings == MAP_FAILED || ring->entries == MAP_FAILED)
		die("mmap");
}

static inline void uring_register(struct uring *ring, unsigned what, const void *of, unsigned count)
{
	if (syscall(SYS_io_uring_register, ring->fd, what, of, count))
		die("io_uring_register");
}

/* Queues a request. The caller of this sees that the ring has room. */
static inline struct io_uring_sqe *uring_request(struct uring *ring, struct io_uring_sqe request)
{
	unsigned *tail = uring_at(ring, ring->params.sq_off.tail);
	unsigned place = *tail & (ring->params.sq_entries - 1);

	ring->entries[place] = request;
	uring_at(ring, ring->params.sq_off.array)[place] = place;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_SEQ_CST);
	ring->pending++;
	return &ring->entries[place];
}

/* Submits what is queued, or wakes the kernel's thread that does, and waits for results. */
static inline void uring_submit(struct uring *ring, unsigned wait)
{
	unsigned flags = wait ? IORING_ENTER_GETEVENTS : 0;
	long submitted;

	if (ring->params.flags & IORING_SETUP_SQPOLL &&
	    *uring_at(ring, ring->params.sq_off.flags) & IORING_SQ_NEED_WAKEUP)
		flags |= IORING_ENTER_SQ_WAKEUP;
	submitted = syscall(SYS_io_uring_enter, ring->fd, ring->pending, wait, flags, NULL, 0);
	if (submitted != (long)ring->pending)
		die("io_uring_enter");
	ring->pending = 0;
}

/* The next result, or NULL if there is none yet. To be given back by uring_taken. */
static inline struct io_uring_cqe *uring_result(struct uring *ring)
{
	struct io_uring_cqe *results = (void *)(ring->rings + ring->params.cq_off.cqes);
	unsigned head = *uring_at(ring, ring->params.cq_off.head);

	if (head == __atomic_load_n(uring_at(ring, ring->params.cq_off.tail), __ATOMIC_ACQUIRE))
		return NULL;
	return &results[head & (ring->params.cq_entries - 1)];
}

static inline void uring_taken(struct uring *ring)
{
	unsigned *head = uring_at(ring, ring->params.cq_off.head);

	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
}

/* Submits what is queued and waits for one result; a negative one is an error number. */
static inline long uring_wait(struct uring *ring)
{
	struct io_uring_cqe *entry;
	long result;

	uring_submit(ring, 1);
	while (!(entry = uring_result(ring)))
		uring_submit(ring, 1);
	result = entry->res;
	uring_taken(ring);
	return result;
}

/* The same, where a failure ends the act. */
static inline long uring_do(struct uring *ring, struct io_uring_sqe request)
{
	long result;

	uring_request(ring, request);
	result = uring_wait(ring);
	if (result < 0) {
		errno = -result;
		die("request");
	}
	return result;
}

#endif
