/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Maps a model and writes its first LENGTH bytes into the memory of a child that is older than the
 * mapping: by process_vm_writev, proc_mem or ptrace. The child then sends them. Says pid=, child=.
 */
#include "act.h"
#include <sys/ptrace.h>

#define METHODS "process_vm_writev proc_mem ptrace "

static char *target;

static void write_words(int pid, const char *model, long long length, struct truth *truth)
{
	if (ptrace(PTRACE_ATTACH, pid, 0, 0))
		die("attach");
	waitpid(pid, NULL, 0);
	while (truth->bytes < length) {
		long word;

		memcpy(&word, model + truth->bytes, sizeof(word));
		if (syscall(SYS_ptrace, PTRACE_POKEDATA, pid, target + truth->bytes, word))
			die("poke");
		count(truth, sizeof(word));
	}
	ptrace(PTRACE_DETACH, pid, 0, 0);
}

static void write_all(const char *method, int pid, char *model, long long length,
		      struct truth *truth)
{
	struct iovec local = {model, length}, remote = {target, length};
	char path[64];

	if (!strcmp(method, "ptrace")) {
		write_words(pid, model, length, truth);
	} else if (!strcmp(method, "process_vm_writev")) {
		count(truth, process_vm_writev(pid, &local, 1, &remote, 1, 0));
	} else {
		snprintf(path, sizeof(path), "/proc/%d/mem", pid);
		count(truth, pwrite(open_file(path, O_WRONLY), model, length, (off_t)target));
	}
}

static int send_when_told(int go, const char *address, int port, long long length)
{
	struct truth truth = {0};
	char told;

	if (read(go, &told, 1) != 1)
		return 1;
	send_all(connect_to(address, port, SOCK_STREAM), target, length, &truth);
	return 0;
}

int main(int argc, char **argv)
{
	struct truth truth = {0};
	int go[2], status, child;

	if (argc != 6)
		usage("give_memory " METHODS "PATH LENGTH ADDRESS PORT");
	const char *method = one_of(METHODS, argv[1]);
	long long length = positive(argv[3]);
	int port = positive(argv[5]);

	target = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (target == MAP_FAILED || pipe(go))
		die("memory");
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0)
		return send_when_told(go[0], argv[4], port, length);
	int fd = open_file(argv[2], O_RDONLY);
	char *model = mmap(NULL, size_of(fd), PROT_READ, MAP_PRIVATE, fd, 0);

	if (model == MAP_FAILED)
		die("mmap");
	write_all(method, child, model, length, &truth);
	if (write(go[1], "g", 1) != 1 || waitpid(child, &status, 0) != child || status)
		die("child");
	printf("pid=%d child=%d bytes=%lld operations=%lld\n", getpid(), child, truth.bytes,
	       truth.operations);
	return 0;
}
