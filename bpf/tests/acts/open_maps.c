/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Opens every BPF map of the machine by its number, as whoever looks for those of an agent does. */
#include "act.h"
#include <linux/bpf.h>

static long ask(int command, union bpf_attr *attributes)
{
	return syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

int main(int argc, char **argv)
{
	struct truth truth = {0};
	unsigned id = 0;

	begin(&argc, argv);
	if (argc != 1)
		usage("open_maps");
	for (;;) {
		union bpf_attr next = {.start_id = id};

		if (ask(BPF_MAP_GET_NEXT_ID, &next))
			break;
		id = next.next_id;
		union bpf_attr open = {.map_id = id};
		long fd = ask(BPF_MAP_GET_FD_BY_ID, &open);

		if (fd < 0) /* gone meanwhile */
			continue;
		count(&truth, 0);
		close(fd);
	}
	tell(&truth);
	return 0;
}
