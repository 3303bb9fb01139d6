/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The doorbell: tells user space that the maps hold something new. */
#ifndef MODELWARDEN_LIB_EMIT_H
#define MODELWARDEN_LIB_EMIT_H

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} doorbells SEC(".maps");

static __always_inline struct doorbell *reserve_doorbell(enum doorbell_kind kind,
							 const struct process_key *process)
{
	struct doorbell *doorbell = bpf_ringbuf_reserve(&doorbells, sizeof(*doorbell), 0);

	if (!doorbell) {
		count_failure(FAILURE_RING_FULL);
		return NULL;
	}
	__builtin_memset(doorbell, 0, sizeof(*doorbell));
	doorbell->kind = kind;
	doorbell->process = *process;
	doorbell->descriptor = -1;
	return doorbell;
}

static __always_inline void ring(enum doorbell_kind kind, const struct process_key *process)
{
	struct doorbell *doorbell = reserve_doorbell(kind, process);

	if (doorbell)
		bpf_ringbuf_submit(doorbell, 0);
}

#endif
