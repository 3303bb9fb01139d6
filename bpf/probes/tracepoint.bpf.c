// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The tracepoint family of hooks: every kernel with BTF has them. One program serves all system
 * calls, because each program at sys_exit costs every call on the machine.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include "kernel_types.h"
#include "event.h"
#include "settings.h"
#include "failure.bpf.h"
#include "emit.bpf.h"
#include "kernel_compat.bpf.h"
#include "totals.bpf.h"
#include "coverage.bpf.h"
#include "text.bpf.h"
#include "cgroup.bpf.h"
#include "selection.bpf.h"
#include "namespace.bpf.h"
#include "witness.bpf.h"
#include "syscall.bpf.h"
#include "file.bpf.h"
#include "overlay.bpf.h"
#include "stdio.bpf.h"
#include "entrance.bpf.h"
#include "session.bpf.h"
#include "channel.bpf.h"
#include "process.bpf.h"
#include "blind_spot.bpf.h"
#include "trail.bpf.h"
#include "staged.bpf.h"
#include "place.bpf.h"
#include "recent_read.bpf.h"
#include "access.bpf.h"
#include "mapping.bpf.h"
#include "socket.bpf.h"
#include "memory.bpf.h"
#include "traced_process.bpf.h"
#include "uring.bpf.h"
#include "foreign_memory_read.bpf.h"
#include "blind_spot_setup.bpf.h"
#include "model_file_open.bpf.h"
#include "raced_read.bpf.h"
#include "channel_read.bpf.h"
#include "model_file_read.bpf.h"
#include "stdio_egress.bpf.h"
#include "model_file_write.bpf.h"
#include "file_clone.bpf.h"
#include "model_file_mapping.bpf.h"
#include "uring_request.bpf.h"
#include "aio_request.bpf.h"
#include "socket_egress.bpf.h"
#include "container_entrance.bpf.h"
#include "core_dump.bpf.h"
#include "process_lifetime.bpf.h"
#include "recovery.bpf.h"
#include "shared_memory.bpf.h"
#include "request.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SHARE_LAYOUT(doorbell);
SHARE_LAYOUT(identify_request);
SHARE_LAYOUT(decide_request);
SHARE_LAYOUT(disarm_request);
SHARE_LAYOUT(declare_request);
SHARE_LAYOUT(open_file);
SHARE_LAYOUT(mapped_area);
SHARE_LAYOUT(shared_area);
SHARE_LAYOUT(forget_sessions_request);
SHARE_LAYOUT(holder_request);
SHARE_LAYOUT(directory_key);
SHARE_LAYOUT(channel_request);
SHARE_ENUM(process_flag);
SHARE_ENUM(process_entrance);
SHARE_ENUM(cgroup_verdict);
SHARE_ENUM(file_verdict);
SHARE_ENUM(file_holder);
SHARE_ENUM(file_reason);
SHARE_ENUM(access_method);
SHARE_ENUM(access_direction);
SHARE_ENUM(flow_transport);
SHARE_ENUM(flow_role);
SHARE_ENUM(flow_type);
SHARE_ENUM(peer_scope);
SHARE_ENUM(memory_method);
SHARE_ENUM(blind_spot_kind);
SHARE_LAYOUT(blind_spot);
SHARE_LAYOUT(own_object);
SHARE_ENUM(channel_kind);
SHARE_ENUM(text_kind);
SHARE_ENUM(text_flag);
SHARE_ENUM(doorbell_kind);
SHARE_ENUM(failure);

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long result)
{
	struct syscall call; /* in registers: who hands on its address hands on a copy */

	if (!decode_syscall(regs, result, &call))
		return 0;
	if (call.class <= CLASS_COPY_FILE_RANGE)
		model_file_read(&call);
	if (call.class < CLASS_SENDFILE) /* by far the most of these calls */
		return 0;
	if (call.class <= CLASS_WRITEV)
		model_file_write(&call);
	else if (call.class == CLASS_VMSPLICE || call.class == CLASS_TEE)
		pipe_filled(&call);
	else if (call.class >= CLASS_MMAP && call.class <= CLASS_MREMAP)
		model_file_mapping(&call);
	else if (call.class == CLASS_OPEN || call.class == CLASS_PIDFD_GETFD)
		model_file_open(call.result);
	else if (call.class == CLASS_CONNECT)
		register_new(argument(&call, 0), ROLE_INITIATED);
	else if (call.class == CLASS_ACCEPT)
		register_new(call.result, ROLE_ACCEPTED);
	else if (call.class == CLASS_SETNS)
		namespace_joined(&call);
	else if (call.class >= CLASS_SOCKET && call.class <= CLASS_KERNEL_REPLACED)
		blind_spot_call(&call);
	else if (call.class == CLASS_IO_SUBMIT)
		aio_submitted(&call);
	else if (call.class == CLASS_IOCTL)
		file_cloned(&call);
	if (call.class >= CLASS_PROCESS_VM_READV)
		foreign_memory_call(&call);
	return 0;
}

/* Only if a setting asks for it. */
SEC("tp_btf/mm_filemap_get_pages")
int BPF_PROG(on_filemap_get_pages, struct address_space *mapping)
{
	pages_taken(mapping->host);
	return 0;
}

/* One of the two, as this kernel's tracepoint has it: the result in an entry of the ring (6.16) …
 */
SEC("tp_btf/io_uring_complete")
int BPF_PROG(on_uring_complete, struct io_ring_ctx *ring, void *request, struct io_uring_cqe *entry)
{
	if (request) /* none: one of many results of a request, which no file gives */
		uring_completed(kernel_object(io_kiocb, request), entry->res);
	return 0;
}

/* … or as arguments. */
SEC("tp_btf/io_uring_complete")
int BPF_PROG(on_uring_result, void *ring, void *request, __u64 user_data, int result)
{
	if (request)
		uring_completed(kernel_object(io_kiocb, request), result);
	return 0;
}

SEC("tp_btf/io_uring_submit_req")
int BPF_PROG(on_uring_submit, struct io_kiocb *request)
{
	uring_submitted(request);
	return 0;
}

SEC("tp_btf/io_uring_cqe_overflow")
int BPF_PROG(on_uring_overflow, void *ring, __u64 user_data, int result)
{
	uring_overflowed(kernel_object(io_ring_ctx, ring), user_data, result);
	return 0;
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(on_sock_send_length, struct sock *sk, int result)
{
	socket_egress(sk, result);
	return 0;
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(on_sock_recv_length, struct sock *sk, int result, int flags)
{
	if (!(flags & MSG_PEEK))
		socket_read(sk, result);
	return 0;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_inet_sock_set_state, struct sock *sk, int old_state, int new_state)
{
	socket_state(sk, old_state, new_state);
	return 0;
}

SEC("cgroup/sendmsg4")
int on_sendmsg4(struct bpf_sock_addr *context)
{
	datagram_to_ipv4(context);
	return 1;
}

SEC("cgroup/sendmsg6")
int on_sendmsg6(struct bpf_sock_addr *context)
{
	datagram_to_ipv6(context);
	return 1;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	process_fork(parent, child);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task)
{
	process_exec(task);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	process_exit(task);
	return 0;
}

SEC("tp_btf/signal_deliver")
int BPF_PROG(on_signal_deliver, int signal, struct kernel_siginfo *info, struct k_sigaction *action)
{
	signal_delivered(signal, action);
	return 0;
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(on_cgroup_rmdir, struct cgroup *cgroup, const char *path)
{
	cgroup_removed(cgroup);
	return 0;
}

SEC("iter/task_file")
int recover_descriptors(struct bpf_iter__task_file *context)
{
	recover_descriptor(context);
	return 0;
}

SEC("iter/task_vma")
int recover_mappings(struct bpf_iter__task_vma *context)
{
	recover_mapping(context);
	return 0;
}

SEC("iter/task_vma")
int shared_areas(struct bpf_iter__task_vma *context)
{
	print_shared_area(context);
	return 0;
}

SEC("syscall")
int exclude_agent(void *context)
{
	return exclude_caller();
}

SEC("syscall")
int identify(struct identify_request *request)
{
	return identify_descriptor(request);
}

SEC("syscall")
int decide(struct decide_request *request)
{
	return decide_file(request);
}

SEC("syscall")
int disarm(struct disarm_request *request)
{
	return disarm_process(request);
}

SEC("syscall")
int declare(struct declare_request *request)
{
	return declare_process(request);
}

SEC("syscall")
int forget_sessions(struct forget_sessions_request *request)
{
	return forget_all_sessions(request);
}

SEC("syscall")
int set_holder(struct holder_request *request)
{
	return set_file_holder(request);
}

SEC("syscall")
int forget_channel(struct channel_request *request)
{
	return forget_idle_channel(request);
}
