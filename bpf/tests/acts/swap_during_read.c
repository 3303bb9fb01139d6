/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* While one thread sleeps in a read, another closes its descriptor, or puts OTHER in its place. */
#include "act.h"
#include "stalled_memory.h"

static struct stalled_memory memory;
static struct truth got;
static int in;

static void *read_once(void *unused)
{
	count(&got, pread(in, memory.bytes, memory.length, 0));
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	begin(&argc, argv);
	if (argc != 4)
		usage("swap_during_read close|dup2 PATH OTHER");
	int closes = !strcmp(one_of("close dup2 ", argv[1]), "close");
	int other = open_file(argv[3], O_RDONLY);

	in = open_file(argv[2], O_RDONLY);
	make_stalled_memory(&memory, size_of(in) & -PAGE, 10);
	begin_stalling(&memory);
	if (pthread_create(&thread, NULL, read_once, NULL))
		die("pthread_create");
	await_stalled(&memory);
	if (closes ? close(in) : dup2(other, in) < 0)
		die(argv[1]);
	end_stalling(&memory);
	pthread_join(thread, NULL);
	tell(&got);
	return 0;
}
