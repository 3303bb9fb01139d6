/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Subject: core dumps. The dying thread writes them inside of the kernel, to a file or a handler,
 * and no call returns: what it has written between the signal and its end is the dump.
 */

#define DUMPING_SIGNALS                                                                            \
	(1U << 3 | 1U << 4 | 1U << 5 | 1U << 6 | 1U << 7 | 1U << 8 | 1U << 11 | 1U << 24 |         \
	 1U << 25 | 1U << 31)

struct core_dump {
	__u64 written_before;
	__u32 thread;
	__u32 reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct process_key);
	__type(value, struct core_dump);
} core_dumps SEC(".maps");

/*
 * Entries of core_dumps, and those about to be made: only then is anything looked up at an exit.
 * The thread that makes an entry is the one whose end removes it, so that it sees its own.
 */
__u32 dumps_expected;

/* A second thread of the process that gets such a signal takes the entry over. */
static __always_inline void expect_dump(struct process_key *key, struct core_dump *dump)
{
	__sync_fetch_and_add(&dumps_expected, 1);
	if (!bpf_map_update_elem(&core_dumps, key, dump, BPF_NOEXIST))
		return;
	__sync_fetch_and_add(&dumps_expected, -1);
	if (bpf_map_update_elem(&core_dumps, key, dump, BPF_EXIST))
		count_failure(FAILURE_CORE_DUMP_UNCOUNTED);
}

static __always_inline void signal_delivered(int signal, struct k_sigaction *action)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct process_key key = {};
	struct core_dump dump = {};

	if ((__u32)signal > 31 || !(DUMPING_SIGNALS >> signal & 1) || action->sa.sa_handler)
		return;
	read_process_key(task, &key);
	if (!find_armed(&key))
		return;
	dump.thread = task->pid;
	dump.written_before = task->ioac.wchar;
	expect_dump(&key, &dump);
}

static __always_inline void thread_exits(struct task_struct *task)
{
	struct memory_key key = {.method = MEMORY_CORE_DUMP};
	struct core_dump *dump;
	__u64 bytes;

	if (!dumps_expected)
		return;
	read_process_key(task, &key.victim);
	dump = bpf_map_lookup_elem(&core_dumps, &key.victim);
	if (!dump || dump->thread != (__u32)task->pid)
		return;
	bytes = task->ioac.wchar - dump->written_before;
	if (!bpf_map_delete_elem(&core_dumps, &key.victim))
		__sync_fetch_and_add(&dumps_expected, -1);
	key.reader = key.victim;
	if (bytes)
		count_memory(&key, bytes);
}
