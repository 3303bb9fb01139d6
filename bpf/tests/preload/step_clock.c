/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Loaded before a program (LD_PRELOAD), sets its wall clock by the seconds that the file named in
 * STEP_CLOCK holds, as they are now. Only that: with the whole of libfaketime a JVM hangs.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
	long result = syscall(SYS_clock_gettime, clock, now);
	const char *path = clock == CLOCK_REALTIME && !result ? getenv("STEP_CLOCK") : NULL;
	char text[32] = "";
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		if (read(fd, text, sizeof(text) - 1) > 0)
			now->tv_sec += atol(text);
		close(fd);
	}
	return result;
}
