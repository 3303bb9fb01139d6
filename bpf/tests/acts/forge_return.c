/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Asks for ASKED bytes of a file; a seccomp notifier of its own answers in the kernel's place that
 * CLAIMED bytes were read. Nothing is read: `bytes` is 0, `returned` what the call gave.
 */
#include "act.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#define METHODS "read pread64 readv "

static long long claimed;
static _Atomic int listener = -1;

static void *answer(void *unused)
{
	struct seccomp_notif question = {0};
	struct seccomp_notif_resp reply = {0};

	while (listener < 0)
		usleep(1000);
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &question))
		die("receive");
	reply.id = question.id;
	reply.val = claimed;
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply))
		die("answer");
	return unused;
}

/* For this thread alone, so that the notifier goes its own way. */
static void notify_of(int call)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(*code), code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		die("no_new_privs");
	listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			   &program);
	if (listener < 0)
		die("seccomp");
}

int main(int argc, char **argv)
{
	pthread_t notifier;
	long returned;

	begin(&argc, argv);
	if (argc != 5)
		usage("forge_return " METHODS "PATH ASKED CLAIMED");
	const char *method = one_of(METHODS, argv[1]);
	int fd = open_file(argv[2], O_RDONLY);
	struct iovec part = {NULL, positive(argv[3])};

	part.iov_base = malloc(part.iov_len);
	claimed = positive(argv[4]);
	if (!part.iov_base || pthread_create(&notifier, NULL, answer, NULL))
		die("prepare");
	if (!strcmp(method, "read")) {
		notify_of(SYS_read);
		returned = syscall(SYS_read, fd, part.iov_base, part.iov_len);
	} else if (!strcmp(method, "pread64")) {
		notify_of(SYS_pread64);
		returned = syscall(SYS_pread64, fd, part.iov_base, part.iov_len, 0);
	} else {
		notify_of(SYS_readv);
		returned = syscall(SYS_readv, fd, &part, 1);
	}
	pthread_join(notifier, NULL);
	printf("pid=%d bytes=0 operations=0 returned=%ld\n", getpid(), returned);
	return 0;
}
