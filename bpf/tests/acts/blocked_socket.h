/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A connection over the loopback whose receiver takes nothing yet: a large write sleeps in it. */
#ifndef MODELWARDEN_BLOCKED_SOCKET_H
#define MODELWARDEN_BLOCKED_SOCKET_H

#include <linux/sockios.h>
#include <sys/ioctl.h>

/* The thread sleeps with bytes in the socket: it waits for room inside the call. */
static inline void await_blocked(int thread, int socket)
{
	char path[64], state = 0;
	int queued = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", thread);
	while (state != 'S' || queued == 0) {
		FILE *file = fopen(path, "r");

		if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1 ||
		    ioctl(socket, SIOCOUTQ, &queued))
			die(path);
		fclose(file);
		usleep(1000);
	}
}

#endif
