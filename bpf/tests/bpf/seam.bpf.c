// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the tests of the seam between Java and the kernel load: programs that run on request only,
 * so that each count is known beforehand. It is hooked to nothing.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "kernel_types.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum {
	MAX_ENTRIES = 65536,
	RING_BYTES = 64 * 1024,
};

struct request {
	__u64 first;
	__u32 count;
	__u32 answer;
	__s32 signed_answer;
	__u8 bytes[4];
};

struct record {
	__u64 sequence;
	__u64 check;
	__u8 filling[112]; /* as long as a real event, so that a flood fills the ring */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_ENTRIES);
	__type(key, __u64);
	__type(value, __u64);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} runs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} ring SEC(".maps");

const volatile __u32 setting_answer = 1;
const volatile __u64 setting_pair[2] = {7, 8};

__u64 produced;
__u64 dropped;
__u64 discarded;
__u64 tasks;
__u64 foreign_tasks;
__u32 expected_tgid;

SEC("syscall")
int ask(struct request *request)
{
	__u32 zero = 0;
	__u64 *run = bpf_map_lookup_elem(&runs, &zero);

	if (run)
		*run += 1;
	request->answer = setting_answer + (__u32)setting_pair[1];
	request->signed_answer = -request->signed_answer;
	return 42;
}

static long add_one(__u32 index, __u64 *first)
{
	__u64 key = *first + index, one = 1;
	__u64 *count = bpf_map_lookup_elem(&counters, &key);

	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&counters, &key, &one, BPF_NOEXIST);
	return 0;
}

SEC("syscall")
int count_range(struct request *request)
{
	__u64 first = request->first;

	bpf_loop(request->count, add_one, &first, 0);
	return 0;
}

static long emit_one(__u32 index, void *unused)
{
	struct record *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
	__u64 sequence = produced++;

	if (!record) {
		dropped++;
		return 0;
	}
	record->sequence = sequence;
	record->check = ~sequence;
	if (sequence % 16 == 15) {
		discarded++;
		bpf_ringbuf_discard(record, 0);
	} else {
		bpf_ringbuf_submit(record, 0);
	}
	return 0;
}

SEC("syscall")
int flood(struct request *request)
{
	bpf_loop(request->count, emit_one, NULL, 0);
	return 0;
}

struct iterated_task {
	__bpf_md_ptr(void *, meta);
	__bpf_md_ptr(struct task_struct *, task);
};

SEC("iter/task")
int visit_task(struct iterated_task *ctx)
{
	struct task_struct *task = ctx->task;

	if (!task)
		return 0;
	tasks++;
	if ((__u32)task->tgid != expected_tgid)
		foreign_tasks++;
	return 0;
}
