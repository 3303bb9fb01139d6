/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Prints the id of each link by which some program of this machine traces: "nothing" is measured
 * only where there is none. Links to cgroups and devices, which every systemd has, do not trace.
 */
#include "../acts/act.h"
#include <bpf/bpf.h>

static int traces(__u32 id)
{
	int descriptor = bpf_link_get_fd_by_id(id);
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);

	if (descriptor < 0)
		return 0; /* gone meanwhile */
	if (bpf_obj_get_info_by_fd(descriptor, &info, &size))
		die("bpf_obj_get_info_by_fd");
	close(descriptor);
	return info.type == BPF_LINK_TYPE_RAW_TRACEPOINT || info.type == BPF_LINK_TYPE_TRACING ||
	       info.type == BPF_LINK_TYPE_PERF_EVENT || info.type == BPF_LINK_TYPE_KPROBE_MULTI;
}

int main(void)
{
	__u32 id = 0;

	while (!bpf_link_get_next_id(id, &id))
		if (traces(id))
			printf("%u\n", id);
	if (errno != ENOENT)
		die("bpf_link_get_next_id");
	return 0;
}
