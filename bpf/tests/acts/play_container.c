/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Plays a container runtime with the steps that runc takes: `start` makes a container with mounts
 * and pids of its own (`start_host_pids`: with the machine's pids), `enter` is an exec session in
 * it, `mounts` is nsenter --mount. Ends with the command's exit code.
 */
#include "act.h"
#include <sched.h>
#include <sys/mount.h>

static void join_cgroup(const char *folder)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	if (write(open_file(path, O_WRONLY | O_CLOEXEC), "0", 1) != 1)
		die(path);
}

/* Without a kind the kernel takes that of the descriptor. */
static void join_namespace(const char *pid, const char *name, int kind)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%s/ns/%s", pid, name);
	if (setns(open_file(path, O_RDONLY | O_CLOEXEC), kind))
		die(path);
}

static void execute(char **command)
{
	execv(command[0], command);
	die(command[0]);
}

/* Waits for all children; the exit code is that of the last one. */
static void wait_for_children(void)
{
	int status = 0;

	while (wait(&status) > 0 || errno == EINTR)
		;
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

/* Goes on in a child, whose parent stays outside and waits. */
static void leave_runtime(void)
{
	int child = fork();

	if (child < 0)
		die("fork");
	if (child)
		wait_for_children();
}

/* Goes on in a child in the namespaces of now, as a sibling: its parent is the runtime. */
static void become_init(void)
{
	long child = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);

	if (child < 0)
		die("clone");
	if (child)
		_exit(0);
}

static void start(const char *cgroup, int namespaces, char **command)
{
	leave_runtime();
	if (unshare(namespaces))
		die("unshare");
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		die("mount");
	become_init();
	join_cgroup(cgroup);
	execute(command);
}

static void enter(const char *cgroup, const char *pid, char **command)
{
	leave_runtime();
	join_namespace(pid, "pid", CLONE_NEWPID);
	join_namespace(pid, "mnt", 0);
	become_init();
	join_cgroup(cgroup);
	execute(command);
}

int main(int argc, char **argv)
{
	if (argc > 4 && !strcmp(argv[1], "enter"))
		enter(argv[2], argv[3], argv + 4);
	if (argc > 3 && !strcmp(argv[1], "start"))
		start(argv[2], CLONE_NEWNS | CLONE_NEWPID, argv + 3);
	if (argc > 3 && !strcmp(argv[1], "start_host_pids"))
		start(argv[2], CLONE_NEWNS, argv + 3);
	if (argc > 3 && !strcmp(argv[1], "mounts")) {
		join_namespace(argv[2], "mnt", CLONE_NEWNS);
		execute(argv + 3);
	}
	usage("play_container start|start_host_pids CGROUP COMMAND [ARGUMENT…]\n"
	      "       play_container enter CGROUP PID COMMAND [ARGUMENT…]\n"
	      "       play_container mounts PID COMMAND [ARGUMENT…]");
	return 2;
}
