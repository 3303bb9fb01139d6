/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Repeats one operation and prints what it costs in nanoseconds: the median and the least of many
 * short chunks, so that what else the machine does spoils some chunks and not the result. A chunk
 * is as many calls as fit into MILLISECONDS; to find out how many is the warm-up.
 */
#include "../acts/act.h"
#include "../acts/uring.h"

#define USAGE                                                                                      \
	"calls getppid|read|send|pipe MILLISECONDS CHUNKS\n"                                       \
	"       calls pread|pwrite|uring|open|armed_send|armed_pipe|load MILLISECONDS CHUNKS PATH"

enum {
	PAGE = 4096,
	MESSAGE = 64,
	LOAD_CHUNK = 8192,
	LOAD_READS = 25600, /* the most that a real loader was seen to make, for 210 MB */
};

static char buffer[LOAD_CHUNK];
static const char *path;
static int input = -1, connection = -1, accepted = -1, pipe_ends[2] = {-1, -1};
static struct truth truth;

static void call_getppid(void)
{
	syscall(SYS_getppid);
}

static void call_read(void)
{
	if (read(input, buffer, 1) != 1)
		die("read");
}

static void call_pread(void)
{
	if (pread(input, buffer, PAGE, 0) != PAGE)
		die("pread");
	truth.bytes += PAGE;
}

static void call_pwrite(void)
{
	if (pwrite(input, buffer, PAGE, 0) != PAGE)
		die("pwrite");
}

/* One request, submitted and waited for in one call. */
static void call_uring(void)
{
	static struct uring ring;

	if (!ring.rings)
		open_uring(&ring, 1, 0);
	if (uring_do(&ring, (struct io_uring_sqe){.opcode = IORING_OP_READ,
						  .fd = input,
						  .addr = (unsigned long)buffer,
						  .len = PAGE}) != PAGE)
		die("uring");
	truth.bytes += PAGE;
}

static void call_open(void)
{
	close(open_file(path, O_RDONLY));
}

static void call_send(void)
{
	if (send(connection, buffer, MESSAGE, 0) != MESSAGE ||
	    recv(accepted, buffer, MESSAGE, MSG_WAITALL) != MESSAGE)
		die("send");
}

static void call_pipe(void)
{
	if (write(pipe_ends[1], buffer, MESSAGE) != MESSAGE ||
	    read(pipe_ends[0], buffer, MESSAGE) != MESSAGE)
		die("pipe");
}

static void load(void)
{
	int file = open_file(path, O_RDONLY);

	for (off_t at = 0; at < (off_t)LOAD_READS * LOAD_CHUNK; at += LOAD_CHUNK)
		if (pread(file, buffer, LOAD_CHUNK, at) != LOAD_CHUNK)
			die("pread");
}

/* A loader's whole life: its start, its first touch of the file, the reads, its end. */
static void call_load(void)
{
	pid_t child = fork();
	int status;

	if (!child) {
		load();
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		die("load");
}

static const struct operation {
	const char *name;
	void (*call)(void);
	const char *input; /* what is open meanwhile; NULL: PATH */
	int flags;
	int takes_path;
	int connects;
} operations[] = {
	{"getppid", call_getppid, "/dev/null", O_RDONLY, 0, 0},
	{"read", call_read, "/dev/zero", O_RDONLY, 0, 0},
	{"send", call_send, "/dev/null", O_RDONLY, 0, 1},
	{"armed_send", call_send, NULL, O_RDONLY, 1, 1},
	{"pipe", call_pipe, "/dev/null", O_RDONLY, 0, 0},
	{"armed_pipe", call_pipe, NULL, O_RDONLY, 1, 0},
	{"pread", call_pread, NULL, O_RDONLY, 1, 0},
	{"pwrite", call_pwrite, NULL, O_RDWR, 1, 0},
	{"uring", call_uring, NULL, O_RDONLY, 1, 0},
	{"open", call_open, "/dev/null", O_RDONLY, 1, 0},
	{"load", call_load, "/dev/null", O_RDONLY, 1, 0},
};

static const struct operation *find(const char *name)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++)
		if (!strcmp(operations[i].name, name))
			return &operations[i];
	usage(USAGE);
	return NULL;
}

static void connect_to_self(void)
{
	struct sockaddr_storage address;
	socklen_t length = make_address("127.0.0.1", 0, &address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	if (listener < 0 || bind(listener, (void *)&address, length) || listen(listener, 1) ||
	    getsockname(listener, (void *)&address, &length))
		die("listen");
	connection = connect_to("127.0.0.1", ntohs(((struct sockaddr_in *)&address)->sin_port),
				SOCK_STREAM);
	accepted = accept(listener, NULL, NULL);
	if (accepted < 0)
		die("accept");
}

static long long time_chunk(void (*call)(void), long long calls)
{
	struct timespec start, end;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (long long i = 0; i < calls; i++)
		call();
	clock_gettime(CLOCK_MONOTONIC, &end);
	truth.operations += calls;
	return (end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec - start.tv_nsec;
}

static long long calls_within(void (*call)(void), long long nanoseconds)
{
	long long calls = 1, took = time_chunk(call, calls);

	while (took < nanoseconds) {
		calls *= 2;
		took = time_chunk(call, calls);
	}
	calls = calls * nanoseconds / took;
	return calls ? calls : 1;
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static void measure(void (*call)(void), long long milliseconds, long long chunks)
{
	long long calls = calls_within(call, milliseconds * 1000000);
	double *costs = calloc(chunks, sizeof(*costs));

	if (!costs)
		die("calloc");
	for (long long i = 0; i < chunks; i++)
		costs[i] = (double)time_chunk(call, calls) / calls;
	qsort(costs, chunks, sizeof(*costs), compare);
	printf("pid=%d bytes=%lld operations=%lld minimum=%.1f quartile=%.1f median=%.1f\n",
	       getpid(), truth.bytes, truth.operations, costs[0], costs[chunks / 4],
	       costs[chunks / 2]);
}

int main(int argc, char **argv)
{
	const struct operation *operation = argc < 4 ? NULL : find(argv[1]);

	if (!operation || argc != 4 + operation->takes_path)
		usage(USAGE);
	path = argv[argc - 1];
	input = open_file(operation->input ? operation->input : path, operation->flags);
	if (pipe(pipe_ends))
		die("pipe");
	if (operation->connects)
		connect_to_self();
	measure(operation->call, positive(argv[2]), positive(argv[3]));
	return 0;
}
