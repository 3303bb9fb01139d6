/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Subject: what a tracer takes of the process that it traces. */

enum {
	PTRACE_PEEKTEXT = 1,
	PTRACE_PEEKDATA = 2,
	PTRACE_PEEKUSER = 3,
	PTRACE_POKETEXT = 4,
	PTRACE_POKEDATA = 5,
	PTRACE_GETREGS = 12,
	PTRACE_GETFPREGS = 14,
	PTRACE_ATTACH = 16,
	PTRACE_GETFPXREGS = 18,
	PTRACE_GETREGSET = 0x4204,
	PTRACE_SEIZE = 0x4206,
	/* Registers hold data too: a loop in the victim can pass a model through them. */
	GENERAL_BYTES = 216,
	GENERAL_BYTES_IA32 = 68,
	FLOATING_BYTES = 512,
	FLOATING_BYTES_IA32 = 108,
	REGISTER_SET_BYTES = 16384, /* more than the largest, tiles included */
};

/* How much the kernel stored it wrote into the caller's vector: at most as much as there is. */
static __always_inline __u64 register_set_bytes(const struct syscall *call)
{
	__u64 vector[2] = {};
	__u32 compat[2] = {};

	if (call->compat) {
		bpf_probe_read_user(compat, sizeof(compat), (void *)argument(call, 3));
		vector[1] = compat[1];
	} else {
		bpf_probe_read_user(vector, sizeof(vector), (void *)argument(call, 3));
	}
	return vector[1] < REGISTER_SET_BYTES ? vector[1] : REGISTER_SET_BYTES;
}

/* The raw call returns 0 and stores what was asked for. */
static __always_inline int traced_memory(const struct syscall *call)
{
	enum memory_method method = MEMORY_PTRACE;
	__u64 bytes = 0;

	switch (argument(call, 0)) {
	case PTRACE_PEEKTEXT:
	case PTRACE_PEEKDATA:
	case PTRACE_PEEKUSER:
		bytes = call->compat ? 4 : 8;
		break;
	case PTRACE_POKETEXT:
	case PTRACE_POKEDATA:
		method = MEMORY_PTRACE_WRITE;
		bytes = call->compat ? 4 : 8;
		break;
	case PTRACE_GETREGS:
		bytes = call->compat ? GENERAL_BYTES_IA32 : GENERAL_BYTES;
		break;
	case PTRACE_GETFPREGS:
		bytes = call->compat ? FLOATING_BYTES_IA32 : FLOATING_BYTES;
		break;
	case PTRACE_GETFPXREGS:
		bytes = FLOATING_BYTES;
		break;
	case PTRACE_GETREGSET:
		bytes = register_set_bytes(call);
		break;
	case PTRACE_ATTACH:
	case PTRACE_SEIZE:
		break;
	default:
		return 0;
	}
	count_memory_at(argument(call, 1), method, bytes);
	return 0;
}

/* What a tracer makes a holder put into a pipe, as a checkpoint does, the tracer takes. */
static __always_inline void traced_pipe_filled(__u64 bytes)
{
	struct task_struct *task = bpf_get_current_task_btf(), *tracer;

	if (!task->ptrace)
		return;
	tracer = bpf_task_from_pid(BPF_CORE_READ(task, parent, pid));
	if (!tracer)
		return;
	count_memory_read(tracer, task, MEMORY_PTRACE, bytes);
	bpf_task_release(tracer);
}
