// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What any program at sys_exit costs, whatever it does: the floor that the benchmark measures from.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/sys_exit")
int do_nothing(void *context)
{
	return 0;
}
