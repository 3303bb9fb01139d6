/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reads a file to its end by requests of io_uring: by a kernel's worker or polling thread, by
 * registered files and buffers, without descriptors (slot), without completions (silent), with a
 * ring that has no room for them (full_ring), by a child that inherited the ring, past the cache.
 * silent_failed reads to where no memory is; silent_swapped submits a read of another file, in
 * whose place it puts this one before the read is carried out.
 */
#include "act.h"
#include "uring.h"

#define KINDS                                                                                      \
	"plain worker polled deferred vector fixed_file fixed_buffer slot chain splice direct "    \
	"inherited full_ring silent silent_vector silent_worker silent_fixed silent_splice "       \
	"silent_failed silent_swapped "

enum { BATCH = 8 };

static const char *kind;
static struct uring ring;
static struct truth truth;
static struct iovec parts[2];
static int fd, pipe_ends[2], nothing;
static char *buffer;
static long chunk;

static int is(const char *name)
{
	return !strcmp(kind, name);
}

static int ends_with(const char *end)
{
	return strlen(kind) >= strlen(end) && !strcmp(kind + strlen(kind) - strlen(end), end);
}

static struct io_uring_sqe reading(long long at)
{
	struct io_uring_sqe request = {.opcode = IORING_OP_READ,
				       .fd = fd,
				       .addr = (unsigned long)buffer,
				       .len = chunk,
				       .off = at};

	if (ends_with("vector")) {
		parts[0] = (struct iovec){buffer, chunk / 3};
		parts[1] = (struct iovec){buffer + chunk / 3, chunk - chunk / 3};
		request.opcode = IORING_OP_READV;
		request.addr = (unsigned long)parts;
		request.len = 2;
	} else if (ends_with("splice")) {
		request = (struct io_uring_sqe){.opcode = IORING_OP_SPLICE,
						.fd = pipe_ends[1],
						.splice_fd_in = fd,
						.len = chunk,
						.splice_off_in = at,
						.off = -1};
	} else if (is("fixed_buffer")) {
		request.opcode = IORING_OP_READ_FIXED;
	} else if (is("fixed_file") || is("silent_fixed") || is("slot") || is("chain")) {
		request.fd = 0;
		request.flags = IOSQE_FIXED_FILE;
	} else if (ends_with("worker")) {
		request.flags = IOSQE_ASYNC;
	}
	return request;
}

/* A request that follows says that the read is through; a short read tells itself instead. */
static long read_silently(long long at)
{
	struct io_uring_sqe request = reading(at);
	struct io_uring_sqe end = {.opcode = IORING_OP_NOP, .user_data = 1};
	struct io_uring_cqe *entry;
	long got;

	request.flags |= IOSQE_CQE_SKIP_SUCCESS | IOSQE_IO_LINK;
	uring_request(&ring, request);
	uring_request(&ring, end);
	uring_submit(&ring, 1);
	while (!(entry = uring_result(&ring)))
		uring_submit(&ring, 1);
	got = entry->user_data ? chunk : entry->res;
	uring_taken(&ring);
	return got;
}

static long read_at(long long at)
{
	long got = strncmp(kind, "silent", 6) ? uring_do(&ring, reading(at)) : read_silently(at);

	if (ends_with("splice"))
		for (long left = got; left > 0;)
			left -= splice(pipe_ends[0], NULL, nothing, NULL, left, 0);
	return got;
}

static void await_end(void)
{
	struct io_uring_cqe *entry;
	int ended = 0;

	while (!ended) {
		while (!(entry = uring_result(&ring)))
			uring_submit(&ring, 1);
		ended = entry->user_data == 1;
		uring_taken(&ring);
	}
}

/* The read waits for a timeout, and the exchange takes place meanwhile. */
static void read_swapped(void)
{
	struct __kernel_timespec delay = {.tv_nsec = 50000000};
	struct io_uring_sqe request, timeout = {.opcode = IORING_OP_TIMEOUT,
						.flags = IOSQE_IO_LINK,
						.addr = (unsigned long)&delay,
						.len = 1,
						.timeout_flags = IORING_TIMEOUT_ETIME_SUCCESS};
	int model = fd;

	fd = open_file("/dev/zero", O_RDONLY);
	request = reading(0);
	request.flags = IOSQE_CQE_SKIP_SUCCESS | IOSQE_IO_LINK;
	uring_request(&ring, timeout);
	uring_request(&ring, request);
	uring_request(&ring, (struct io_uring_sqe){.opcode = IORING_OP_NOP, .user_data = 1});
	uring_submit(&ring, 0);
	if (dup2(model, fd) < 0)
		die("dup2");
	await_end();
	if (!memchr(buffer, '{', chunk)) /* as a model begins, and nothing else here */
		die("another file was read");
	count(&truth, chunk);
}

/* All are submitted before any result is taken: the ring has room for a few of them. */
static void fill_ring(long long size)
{
	struct io_uring_cqe *entry;
	long long left = (size + chunk - 1) / chunk;

	for (long long at = 0; at < size; at += chunk) {
		uring_request(&ring, reading(at));
		if (ring.pending == BATCH || at + chunk >= size)
			uring_submit(&ring, 0);
	}
	for (; left > 0; left--) {
		while (!(entry = uring_result(&ring)))
			uring_submit(&ring, 1);
		count(&truth, entry->res);
		uring_taken(&ring);
	}
}

static void prepare(const char *path)
{
	unsigned flags = 0;

	if (is("polled"))
		flags = IORING_SETUP_SQPOLL;
	if (is("deferred"))
		flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
	if (is("full_ring"))
		flags = IORING_SETUP_CQSIZE;
	open_uring(&ring, BATCH, flags);
	buffer = mmap(NULL, chunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (buffer == MAP_FAILED || pipe(pipe_ends))
		die("prepare");
	fcntl(pipe_ends[1], F_SETPIPE_SZ, chunk);
	nothing = open_file("/dev/null", O_WRONLY);
	if (is("fixed_buffer"))
		uring_register(&ring, IORING_REGISTER_BUFFERS, &(struct iovec){buffer, chunk}, 1);
	if (is("slot") || is("chain")) {
		struct io_uring_sqe request = {.opcode = IORING_OP_OPENAT,
					       .fd = AT_FDCWD,
					       .addr = (unsigned long)path,
					       .open_flags = O_RDONLY,
					       .file_index = 1};

		uring_register(&ring, IORING_REGISTER_FILES, &(int){-1}, 1);
		if (is("slot")) {
			uring_do(&ring, request);
			return;
		}
		request.flags = IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
		uring_request(&ring, request);
		return;
	}
	fd = open_file(path, is("direct") ? O_RDONLY | O_DIRECT : O_RDONLY);
	if (is("fixed_file") || is("silent_fixed"))
		uring_register(&ring, IORING_REGISTER_FILES, &fd, 1);
}

int main(int argc, char **argv)
{
	long got;

	begin(&argc, argv);
	if (argc != 4)
		usage("uring_read " KINDS "PATH CHUNK");
	kind = one_of(KINDS, argv[1]);
	chunk = positive(argv[3]);
	prepare(argv[2]);
	if (is("inherited")) {
		pid_t child = fork();

		if (child < 0)
			die("fork");
		if (child)
			return waitpid(child, NULL, 0) != child;
	}
	if (is("silent_failed"))
		munmap(buffer, chunk);
	if (is("silent_swapped"))
		read_swapped();
	else if (is("silent_failed"))
		read_silently(0);
	else if (is("full_ring"))
		fill_ring(size_of(fd));
	else
		while ((got = read_at(truth.bytes)) != 0)
			count(&truth, got);
	tell(&truth);
	return 0;
}
