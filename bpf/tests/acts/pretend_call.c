/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Makes the system call NUMBER with one argument; a seccomp filter of its own lets it succeed
 * without being run: for calls that would change the machine, or that its kernel has not.
 */
#include "act.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

static void let_succeed(int call)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO), /* errno 0 */
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(*code), code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		die("seccomp");
}

int main(int argc, char **argv)
{
	struct truth truth = {0};

	if (argc != 3)
		usage("pretend_call NUMBER ARGUMENT");
	int call = number(argv[1]);
	long argument = number(argv[2]);

	let_succeed(call);
	count(&truth, syscall(call, argument, 0, 0, 0, 0));
	tell(&truth);
	return 0;
}
