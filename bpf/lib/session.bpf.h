/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Exec sessions in which a process has taken a model. What one of them has read another may write
 * to the session's output, through whatever pipe, file or variable it came: the session holds it.
 */
#ifndef MODELWARDEN_LIB_SESSION_H
#define MODELWARDEN_LIB_SESSION_H

/* By number, when the last model was taken. User space removes what is old. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u64);
} exec_sessions SEC(".maps");

/*
 * How often a session took a model; 0 when none has any more. Only then is anything done for writes
 * to pipes and terminals. It is raised after the entry is there, so that user space, which sets it
 * to 0 from what it saw before it found the map empty, overlooks nobody.
 */
__u64 sessions_hold;

static __always_inline void session_takes_model(__u32 session)
{
	__u64 now;

	if (!session)
		return;
	now = bpf_ktime_get_boot_ns();
	if (bpf_map_update_elem(&exec_sessions, &session, &now, BPF_ANY))
		count_failure(FAILURE_SESSION_MAP_FULL);
	__sync_fetch_and_add(&sessions_hold, 1);
}

static __always_inline bool session_holds(__u32 session)
{
	return session && bpf_map_lookup_elem(&exec_sessions, &session);
}

/* The session of the current task, if this is one of the streams that lead out of it; else 0. */
static __always_inline __u32 session_left_by(__u64 stream)
{
	struct entrance *entrance = current_entrance();

	if (!entrance || !stream)
		return 0;
	for (__u32 i = 0; i < STANDARD_STREAMS; i++)
		if (entrance->streams[i] == stream)
			return entrance->session;
	return 0;
}

#endif
