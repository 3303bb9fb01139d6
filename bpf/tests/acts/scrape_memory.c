/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copies memory of another process: process_vm_readv, proc_mem, ptrace; or takes its descriptor:
 * pidfd_getfd. */
#include "act.h"
#include <sys/ptrace.h>

#define METHODS "process_vm_readv proc_mem ptrace pidfd_getfd "

static char buffer[1 << 20];

static long copy_chunk(const char *method, int pid, int memory, char *address, long length)
{
	struct iovec local = {buffer, length}, remote = {address, length};

	if (!strcmp(method, "process_vm_readv"))
		return process_vm_readv(pid, &local, 1, &remote, 1, 0);
	return pread(memory, buffer, length, (off_t)address);
}

static void peek(int pid, char *address, long long length, struct truth *truth)
{
	long word;

	if (ptrace(PTRACE_ATTACH, pid, 0, 0))
		die("attach");
	waitpid(pid, NULL, 0);
	for (long long at = 0; at < length; at += sizeof(word)) {
		if (syscall(SYS_ptrace, PTRACE_PEEKDATA, pid, address + at, &word))
			die("peek");
		count(truth, sizeof(word));
	}
	ptrace(PTRACE_DETACH, pid, 0, 0);
}

int main(int argc, char **argv)
{
	struct truth truth = {0};
	char path[64];

	begin(&argc, argv);
	if (argc != 5)
		usage("scrape_memory " METHODS "PID ADDRESS|DESCRIPTOR LENGTH");
	int pid = positive(argv[2]), memory = -1;
	const char *scraping = one_of(METHODS, argv[1]);
	char *address = (char *)number(argv[3]);
	long long length = number(argv[4]);

	if (!strcmp(scraping, "ptrace")) {
		peek(pid, address, length, &truth);
		tell(&truth);
		return 0;
	}
	if (!strcmp(scraping, "pidfd_getfd")) {
		int process = syscall(SYS_pidfd_open, pid, 0);

		if (syscall(SYS_pidfd_getfd, process, (int)(long)address, 0) < 0)
			die("pidfd_getfd");
		truth.operations = 1;
		tell(&truth);
		return 0;
	}
	if (!strcmp(scraping, "proc_mem")) {
		snprintf(path, sizeof(path), "/proc/%d/mem", pid);
		memory = open_file(path, O_RDONLY);
	}
	while (truth.bytes < length) {
		long long left = length - truth.bytes;
		long wanted = left < (long long)sizeof(buffer) ? left : (long)sizeof(buffer);

		long copied = copy_chunk(scraping, pid, memory, address + truth.bytes, wanted);

		if (copied == 0)
			break;
		count(&truth, copied);
	}
	tell(&truth);
	return 0;
}
