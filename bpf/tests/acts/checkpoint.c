/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Takes memory of another process as a checkpoint does: seizes it, puts calls into it by which it
 * opens our pipe and splices its own pages there, and leaves it as it was.
 */
#include "act.h"
#include <sys/ptrace.h>
#include <sys/user.h>

enum { CHUNK = 1 << 20 };

static int victim;
static struct user_regs_struct saved;

static void write_words(unsigned long address, const void *bytes, size_t length)
{
	for (size_t at = 0; at < length; at += sizeof(long)) {
		long word;

		memcpy(&word, (const char *)bytes + at, sizeof(word));
		if (ptrace(PTRACE_POKEDATA, victim, address + at, word))
			die("poke");
	}
}

static void await_stop(void)
{
	int status;

	if (waitpid(victim, &status, __WALL) != victim || !WIFSTOPPED(status))
		die("stop");
}

/* The victim stands before a syscall instruction that was put there. */
static long call_in_victim(long number, long a, long b, long c, long d)
{
	struct user_regs_struct registers = saved;

	registers.orig_rax = -1;
	registers.rax = number;
	registers.rdi = a;
	registers.rsi = b;
	registers.rdx = c;
	registers.r10 = d;
	if (ptrace(PTRACE_SETREGS, victim, 0, &registers) ||
	    ptrace(PTRACE_SINGLESTEP, victim, 0, 0))
		die("step");
	await_stop();
	if (ptrace(PTRACE_GETREGS, victim, 0, &registers))
		die("registers");
	return registers.rax;
}

static void seize(void)
{
	if (ptrace(PTRACE_SEIZE, victim, 0, 0) || ptrace(PTRACE_INTERRUPT, victim, 0, 0))
		die("seize");
	await_stop();
	if (ptrace(PTRACE_GETREGS, victim, 0, &saved))
		die("registers");
}

static long long splice_out(int descriptor, int pipe_end, unsigned long stack,
			    unsigned long address, long long length, struct truth *truth)
{
	static char buffer[CHUNK];

	while (truth->bytes < length) {
		long left = length - truth->bytes;
		struct iovec vector = {(void *)(address + truth->bytes),
				       left < CHUNK ? left : CHUNK};
		long got, moved;

		write_words(stack, &vector, sizeof(vector));
		moved = call_in_victim(SYS_vmsplice, descriptor, stack, 1, 0);
		count(truth, moved);
		for (; moved > 0; moved -= got)
			if ((got = read(pipe_end, buffer, moved)) <= 0)
				die("pipe");
	}
	return truth->bytes;
}

int main(int argc, char **argv)
{
	static const unsigned char syscall_instruction[8] = {0x0f, 0x05};
	struct truth truth = {0};
	char path[64] = {0};
	int ends[2];
	long code;

	if (argc != 4)
		usage("checkpoint PID ADDRESS LENGTH");
	victim = positive(argv[1]);
	if (pipe(ends) || fcntl(ends[1], F_SETPIPE_SZ, CHUNK) < 0)
		die("pipe");
	seize();
	errno = 0;
	code = ptrace(PTRACE_PEEKTEXT, victim, saved.rip, 0);
	if (errno)
		die("peek");
	write_words(saved.rip, syscall_instruction, sizeof(syscall_instruction));

	unsigned long stack = (saved.rsp - 4096) & -64UL;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", getpid(), ends[1]);
	write_words(stack, path, sizeof(path));
	long descriptor = call_in_victim(SYS_openat, AT_FDCWD, stack, O_WRONLY, 0);

	if (descriptor < 0)
		die("open in the victim");
	splice_out(descriptor, ends[0], stack, number(argv[2]), positive(argv[3]), &truth);
	call_in_victim(SYS_close, descriptor, 0, 0, 0);
	write_words(saved.rip, &code, sizeof(code));
	if (ptrace(PTRACE_SETREGS, victim, 0, &saved) || ptrace(PTRACE_DETACH, victim, 0, 0))
		die("restore");
	tell(&truth);
	return 0;
}
