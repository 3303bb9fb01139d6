// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A program that every verifier refuses: it uses a look-up's result without asking whether it is
 * there. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} values SEC(".maps");

SEC("syscall")
int careless(void *context)
{
	__u32 zero = 0;
	__u64 *value = bpf_map_lookup_elem(&values, &zero);

	*value = 1;
	return 0;
}
