// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What any programs at the tracepoints that a send and its receipt pass cost, whatever they do. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/sys_exit")
int call_ended(void *context)
{
	return 0;
}

SEC("tp_btf/sock_send_length")
int bytes_sent(void *context)
{
	return 0;
}

SEC("tp_btf/sock_recv_length")
int bytes_received(void *context)
{
	return 0;
}
