/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Copies memory of another process: process_vm_readv, proc_mem, ptrace, registers (as many times as
 * it takes); writes zeros over it: process_vm_writev, proc_mem_write, ptrace_write; or takes its
 * descriptor: pidfd_getfd.
 */
#include "act.h"
#include <elf.h>
#include <sys/ptrace.h>

#define METHODS                                                                                    \
	"process_vm_readv proc_mem ptrace registers process_vm_writev proc_mem_write "             \
	"ptrace_write pidfd_getfd "

static char buffer[1 << 20];

static long copy_chunk(const char *method, int pid, int memory, char *address, long length)
{
	struct iovec local = {buffer, length}, remote = {address, length};

	if (!strcmp(method, "process_vm_readv"))
		return process_vm_readv(pid, &local, 1, &remote, 1, 0);
	if (!strcmp(method, "process_vm_writev"))
		return process_vm_writev(pid, &local, 1, &remote, 1, 0);
	if (!strcmp(method, "proc_mem_write"))
		return pwrite(memory, buffer, length, (off_t)address);
	return pread(memory, buffer, length, (off_t)address);
}

/* The bytes of one stop: what the kernel says it stored. */
static long take_registers(int pid)
{
	struct iovec vector = {buffer, sizeof(buffer)};

	if (ptrace(PTRACE_GETREGSET, pid, NT_X86_XSTATE, &vector))
		die("registers");
	return vector.iov_len;
}

static long trace_word(const char *method, int pid, char *address)
{
	long word = 0;

	if (!strcmp(method, "registers"))
		return take_registers(pid);
	if (syscall(SYS_ptrace, strcmp(method, "ptrace") ? PTRACE_POKEDATA : PTRACE_PEEKDATA, pid,
		    address, strcmp(method, "ptrace") ? (void *)word : &word))
		die(method);
	return sizeof(word);
}

static void trace(const char *method, int pid, char *address, long long length, struct truth *truth)
{
	if (ptrace(PTRACE_ATTACH, pid, 0, 0))
		die("attach");
	waitpid(pid, NULL, 0);
	while (truth->bytes < length)
		count(truth, trace_word(method, pid, address + truth->bytes));
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

	if (!strncmp(scraping, "ptrace", 6) || !strcmp(scraping, "registers")) {
		trace(scraping, pid, address, length, &truth);
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
	if (!strncmp(scraping, "proc_mem", 8)) {
		snprintf(path, sizeof(path), "/proc/%d/mem", pid);
		memory = open_file(path, O_RDWR);
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
