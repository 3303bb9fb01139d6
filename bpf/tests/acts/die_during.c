/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A child is killed in the middle of one call: the memory, socket or pipe that it works on takes no
 * more, so that it sleeps inside the call for certain. The truth is what can be found afterwards:
 * in memory that its parent shares, in the socket, the pipe or the file. `child` did it.
 */
#include "act.h"
#include "blocked_socket.h"
#include "stalled_memory.h"

enum {
	PAGES_GIVEN = 2000,
	LARGE = 32 << 20,
};

static struct stalled_memory memory;
static const char *path, *out_path;
static char *model;
static int in, out, peer, pipe_ends[2];

static void prepare_socket(void)
{
	int port = 0, listener = listen_on_loopback(&port);

	out = connect_to("127.0.0.1", port, SOCK_STREAM);
	peer = accept(listener, NULL, NULL);
	if (peer < 0)
		die("accept");
}

static void call(const char *name)
{
	struct iovec vector = {memory.bytes, memory.length}, remote = {model, memory.length};
	loff_t offset = 0;

	if (!strcmp(name, "read"))
		read(in, memory.bytes, memory.length);
	else if (!strcmp(name, "pread64"))
		pread(in, memory.bytes, memory.length, 0);
	else if (!strcmp(name, "readv"))
		readv(in, &vector, 1);
	else if (!strcmp(name, "preadv"))
		preadv(in, &vector, 1, 0);
	else if (!strcmp(name, "preadv2"))
		preadv2(in, &vector, 1, 0, 0);
	else if (!strcmp(name, "write"))
		write(open_file(out_path, O_WRONLY | O_CREAT | O_EXCL), memory.bytes,
		      memory.length);
	else if (!strcmp(name, "process_vm_readv"))
		process_vm_readv(getppid(), &vector, 1, &remote, 1, 0);
	else if (!strcmp(name, "sendfile"))
		sendfile(out, in, &offset, LARGE);
	else if (!strcmp(name, "send"))
		send(out, calloc(1, LARGE), LARGE, 0);
	else
		for (;;)
			splice(in, &offset, pipe_ends[1], NULL, LARGE, 0);
}

static void be_killed(const char *name)
{
	begin_stalling(&memory);
	if (strcmp(name, "process_vm_readv"))
		in = open_file(path, O_RDONLY);
	call(name);
	die("the call came back");
}

/* Whole pages with something in them: weights are never a page of zeros. */
static long long filled_pages(void)
{
	static const char zeros[PAGE];
	long long filled = 0;

	for (long at = 0; at < memory.length; at += PAGE)
		filled += memcmp(memory.bytes + at, zeros, PAGE) ? PAGE : 0;
	return filled;
}

static long long drain(int fd)
{
	struct truth got = {0};

	read_all(fd, malloc(1 << 20), 1 << 20, &got);
	return got.bytes;
}

static void await_middle(const char *name, pid_t child)
{
	int held = 0, before = -1;

	if (!strcmp(name, "sendfile") || !strcmp(name, "send")) {
		await_blocked(child, out);
		close(out);
	} else if (!strcmp(name, "splice")) {
		for (; !held || held != before; usleep(20000)) {
			before = held;
			ioctl(pipe_ends[0], FIONREAD, &held);
		}
		close(pipe_ends[1]);
	} else {
		await_stalled(&memory);
	}
}

static long long truth_of(const char *name)
{
	if (!strcmp(name, "sendfile") || !strcmp(name, "send"))
		return drain(peer);
	if (!strcmp(name, "splice"))
		return drain(pipe_ends[0]);
	return strcmp(name, "write") ? filled_pages() : size_of(open_file(out_path, O_RDONLY));
}

int main(int argc, char **argv)
{
	pid_t child;

	begin(&argc, argv);
	if (argc != 4)
		usage("die_during CALL PATH OUT");
	const char *name =
		one_of("read pread64 readv preadv preadv2 write process_vm_readv sendfile "
		       "send splice ",
		       argv[1]);
	path = argv[2];
	out_path = argv[3];
	make_stalled_memory(&memory, 2 * PAGES_GIVEN * PAGE, PAGES_GIVEN);
	prepare_socket();
	if (pipe(pipe_ends))
		die("pipe");
	if (!strcmp(name, "process_vm_readv"))
		model = mmap(NULL, memory.length, PROT_READ, MAP_PRIVATE, open_file(path, O_RDONLY),
			     0);
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0)
		be_killed(name);
	await_middle(name, child);
	kill(child, SIGKILL);
	if (waitpid(child, NULL, 0) != child)
		die("waitpid");
	printf("pid=%d bytes=%lld operations=1 child=%d\n", getpid(), truth_of(name), child);
	fflush(stdout);
	if (waits_after)
		wait_for_line();
	return 0;
}
