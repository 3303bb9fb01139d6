/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The thief who reads and sends by requests of io_uring alone: LIMIT bytes of a file in chunks. The
 * last three are send by a kernel's worker, by its polling thread, and from a fixed slot.
 */
#include "act.h"
#include "uring.h"

#define KINDS                                                                                      \
	"send sendmsg sendto send_zc sendmsg_zc write writev splice send_worker send_polled "      \
	"send_fixed "

enum { PLACES = 8 };

static const char *kind;
static struct uring ring;
static struct sockaddr_storage receiver;
static socklen_t receiver_length;
static struct iovec part;
static struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
static int in, out, pipe_ends[2];
static char *buffer;

static int is(const char *name)
{
	return !strcmp(kind, name);
}

static struct io_uring_sqe sending(long length)
{
	struct io_uring_sqe request = {.opcode = IORING_OP_SEND,
				       .fd = out,
				       .addr = (unsigned long)buffer,
				       .len = length,
				       .msg_flags = MSG_WAITALL};

	part = (struct iovec){buffer, length};
	if (!strncmp(kind, "sendmsg", 7) || is("sendto")) {
		request.opcode = is("sendmsg_zc") ? IORING_OP_SENDMSG_ZC : IORING_OP_SENDMSG;
		request.addr = (unsigned long)&message;
		request.len = 1;
	} else if (is("send_zc")) {
		request.opcode = IORING_OP_SEND_ZC;
	} else if (is("write")) {
		request.opcode = IORING_OP_WRITE;
		request.msg_flags = 0;
	} else if (is("writev")) {
		request.opcode = IORING_OP_WRITEV;
		request.addr = (unsigned long)&part;
		request.len = 1;
		request.msg_flags = 0;
	} else if (is("send_worker")) {
		request.flags = IOSQE_ASYNC;
	} else if (is("send_fixed")) {
		request.fd = 0;
		request.flags = IOSQE_FIXED_FILE;
	}
	return request;
}

static struct io_uring_sqe splicing(int from, long long at, int to, long length)
{
	return (struct io_uring_sqe){.opcode = IORING_OP_SPLICE,
				     .fd = to,
				     .splice_fd_in = from,
				     .len = length,
				     .splice_off_in = at,
				     .off = -1};
}

/* One that copies nothing says twice that it is through. */
static long send_once(struct io_uring_sqe request)
{
	struct io_uring_cqe *entry;
	long result;
	int more;

	uring_request(&ring, request);
	uring_submit(&ring, 1);
	while (!(entry = uring_result(&ring)))
		uring_submit(&ring, 1);
	result = entry->res;
	more = entry->flags & IORING_CQE_F_MORE;
	uring_taken(&ring);
	if (more)
		uring_wait(&ring);
	return result;
}

static void send_chunk(long long at, long length, struct truth *truth)
{
	struct io_uring_sqe read = {.opcode = IORING_OP_READ,
				    .fd = in,
				    .addr = (unsigned long)buffer,
				    .len = length,
				    .off = at};

	if (is("splice")) {
		long moved = uring_do(&ring, splicing(in, at, pipe_ends[1], length));

		while (moved > 0) {
			long sent = uring_do(&ring, splicing(pipe_ends[0], -1, out, moved));

			count(truth, sent);
			moved -= sent;
		}
		return;
	}
	if (uring_do(&ring, read) != length)
		die("read");
	long sent = send_once(sending(length));

	errno = sent < 0 ? -sent : 0;
	count(truth, sent < 0 ? -1 : sent);
}

int main(int argc, char **argv)
{
	struct truth truth = {0};

	begin(&argc, argv);
	if (argc != 7)
		usage("uring_send " KINDS "PATH ADDRESS PORT CHUNK LIMIT");
	kind = one_of(KINDS, argv[1]);
	long long chunk = positive(argv[5]), limit = positive(argv[6]);

	open_uring(&ring, PLACES, is("send_polled") ? IORING_SETUP_SQPOLL : 0);
	buffer = malloc(chunk);
	in = open_file(argv[2], O_RDONLY);
	receiver_length = make_address(argv[3], number(argv[4]), &receiver);
	if (is("sendto")) {
		out = socket(receiver.ss_family, SOCK_DGRAM, 0);
		message.msg_name = &receiver;
		message.msg_namelen = receiver_length;
	} else {
		out = connect_to(argv[3], number(argv[4]), SOCK_STREAM);
	}
	if (pipe(pipe_ends))
		die("pipe");
	if (is("send_fixed"))
		uring_register(&ring, IORING_REGISTER_FILES, &out, 1);
	while (truth.bytes < limit) {
		long long left = limit - truth.bytes;

		send_chunk(truth.bytes, left < chunk ? left : chunk, &truth);
	}
	tell(&truth);
	return 0;
}
