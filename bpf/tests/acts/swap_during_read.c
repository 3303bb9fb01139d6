/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * While one thread sleeps in a read, another closes its descriptor, or puts OTHER in its place,
 * or does nothing.
 * `direct` reads past the page cache. `sendfile` sleeps because nobody takes what it sends.
 * --overlay FOLDER: PATH and OTHER are taken from an overlay over PATH's folder, made in FOLDER.
 */
#include "act.h"
#include "blocked_socket.h"
#include "overlay.h"
#include "stalled_memory.h"
#include <libgen.h>

#define METHODS "read direct sendfile "
#define USAGE   "swap_during_read close|dup2|none PATH OTHER [" METHODS "] [--overlay FOLDER]"

static struct stalled_memory memory;
static struct truth got;
static int in, ends[2];
static long length;
static _Atomic int sender;

static void *read_once(void *unused)
{
	count(&got, pread(in, memory.bytes, memory.length, 0));
	return unused;
}

static void *send_once(void *unused)
{
	sender = gettid();
	count(&got, sendfile(ends[1], in, NULL, length));
	close(ends[1]);
	return unused;
}

static void swap(const char *how, int other)
{
	if (!strcmp(how, "close") && close(in))
		die("close");
	if (!strcmp(how, "dup2") && dup2(other, in) < 0)
		die("dup2");
}

static void swap_during_read(const char *how, int other)
{
	pthread_t thread;

	make_stalled_memory(&memory, length & -PAGE, 10);
	begin_stalling(&memory);
	if (pthread_create(&thread, NULL, read_once, NULL))
		die("pthread_create");
	await_stalled(&memory);
	swap(how, other);
	end_stalling(&memory);
	pthread_join(thread, NULL);
}

static void swap_during_sendfile(const char *how, int other)
{
	static char buffer[1 << 16];
	pthread_t thread;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) ||
	    pthread_create(&thread, NULL, send_once, NULL))
		die("prepare");
	while (!sender)
		usleep(1000);
	await_blocked(sender, ends[1]);
	swap(how, other);
	while (read(ends[0], buffer, sizeof(buffer)) > 0)
		;
	pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	const char *overlay, *method = "read", *how, *path, *other;

	begin(&argc, argv);
	overlay = take_value(&argc, argv, "--overlay");
	if (argc != 4 && argc != 5)
		usage(USAGE);
	if (argc == 5)
		method = one_of(METHODS, argv[4]);
	how = one_of("close dup2 none ", argv[1]);
	path = argv[2];
	other = argv[3];
	if (overlay) {
		enter_overlay_of(overlay, dirname(strdup(path)));
		path = basename(strdup(path));
		other = basename(strdup(other));
	}
	int second = open_file(other, O_RDONLY);

	in = open_file(path, !strcmp(method, "direct") ? O_RDONLY | O_DIRECT : O_RDONLY);
	length = size_of(in);
	if (!strcmp(method, "sendfile"))
		swap_during_sendfile(how, second);
	else
		swap_during_read(how, second);
	tell(&got);
	return 0;
}
