/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The trail: what an armed process writes to a channel arms who reads from it. Here only counts are
 * kept and readers armed early; whether model data went over is decided in user space.
 */
#ifndef MODELWARDEN_LIB_TRAIL_H
#define MODELWARDEN_LIB_TRAIL_H

enum { REGISTERED_DESCRIPTORS = 16384 };

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct transfer_key);
	__type(value, struct totals);
} transfers SEC(".maps");

static __always_inline void count_transfer(const struct transfer_key *key, __u64 bytes)
{
	struct totals *count = bpf_map_lookup_elem(&transfers, key), fresh = {};

	if (count) {
		if (bytes)
			add_to_totals(count, bytes);
		return;
	}
	begin_totals(&fresh, bytes);
	if (!bpf_map_update_elem(&transfers, key, &fresh, BPF_NOEXIST))
		return;
	count = bpf_map_lookup_elem(&transfers, key);
	if (count)
		add_to_totals(count, bytes);
	else
		count_failure(FAILURE_TRANSFER_MAP_FULL);
}

/* What has been looked at in this tick needs no second look. */
static __always_inline bool count_again(const struct transfer_key *key, __u64 bytes)
{
	struct totals *count = bpf_map_lookup_elem(&transfers, key);

	if (!count || !bytes || count->last_tick != bpf_jiffies64())
		return false;
	add_to_totals(count, bytes);
	return true;
}

/* The current process writes to a channel, or could: then `bytes` is 0. */
__noinline int data_written(__u64 channel, __u32 kind, __u32 role, __u64 bytes)
{
	struct transfer_key key = {
		.channel = channel, .kind = kind, .direction = DIRECTION_WRITE, .role = role};
	struct process_facts *facts;

	read_process_key(bpf_get_current_task_btf(), &key.process);
	if (count_again(&key, bytes))
		return 0;
	facts = find_armed(&key.process);
	if (!facts || is_answer(facts, role))
		return 0;
	if (facts->hops >= setting_trail_hops) {
		count_failure(FAILURE_CHANNEL_HOPS);
		return 0;
	}
	if (add_channel(channel, kind, facts->hops, share_of(facts)))
		count_transfer(&key, bytes);
	return 0;
}

/* Whether the current process counts as one that has what came over the channel. */
static __always_inline bool arm_reader(const struct process_key *key, const struct channel *channel)
{
	struct references references = {.task = bpf_get_current_task_btf()};
	struct process_facts *facts = find_armed(key);

	if (facts && facts->looked) /* what inherited its mark may hand on over others */
		return true;
	references.hops = channel->hops + 1;
	return arm(&references, key, PROCESS_PASSED);
}

/* The current process has read from what may be a channel. */
__noinline int data_read(__u64 id, __u32 kind, __u64 bytes)
{
	struct transfer_key key = {.channel = id, .kind = kind, .direction = DIRECTION_READ};
	struct task_struct *task = bpf_get_current_task_btf();
	struct channel *channel;

	read_process_key(task, &key.process);
	if (count_again(&key, bytes))
		return 0;
	channel = bpf_map_lookup_elem(&channels, &id);
	if (!channel || is_stale(id, channel))
		return 0;
	if (task->flags & PF_KTHREAD || is_agent(&key.process))
		return 0;
	bytes = bytes_over(channel, bytes);
	if (bytes && arm_reader(&key.process, channel))
		count_transfer(&key, bytes);
	return 0;
}

/* Where what is written to this file of the current process comes out; not at a runtime's end. */
static __always_inline void register_file(struct file *file, struct inode *inode, __u32 role)
{
	__u32 type = inode->i_mode & S_IFMT;
	struct sock *sk;
	__u64 channel;

	if (session_left_by(channel_of_inode(inode)))
		return;
	if (type == S_IFIFO) {
		if (file->f_mode & FMODE_WRITE)
			data_written(channel_of_inode(inode), CHANNEL_PIPE, ROLE_UNKNOWN, 0);
		return;
	}
	sk = kernel_object(sock, kernel_object(socket, file->private_data)->sk);
	/* Datagrams are small, and one receiver has them from many. */
	channel = sk->sk_type == SOCK_DGRAM ? 0 : channel_from(sk);
	if (channel)
		data_written(channel, CHANNEL_SOCKET, role ? role : role_of_unix(sk), 0);
}

struct descriptors {
	struct fdtable *table;
};

static long register_descriptor(__u32 index, struct descriptors *descriptors)
{
	struct fdtable *table = kernel_object(fdtable, descriptors->table);
	void *address = kernel_object(hlist_head, &table->fd[index])->first;
	struct inode *inode;
	struct file *file;
	__u32 type;

	if (!address)
		return 0;
	file = kernel_object(file, address);
	inode = file->f_inode;
	type = inode->i_mode & S_IFMT;
	if (type == S_IFIFO || type == S_IFSOCK)
		register_file(file, inode, 0);
	return 0;
}

/* All channels into which the current process can write, when it is armed. */
__noinline int register_descriptors(void)
{
	struct descriptors descriptors = {};
	__u32 many;

	descriptors.table = bpf_get_current_task_btf()->files->fdt;
	many = kernel_object(fdtable, descriptors.table)->max_fds;
	if (many > REGISTERED_DESCRIPTORS) {
		count_failure(FAILURE_DESCRIPTORS_SKIPPED);
		many = REGISTERED_DESCRIPTORS;
	}
	bpf_loop(many, register_descriptor, &descriptors, 0);
	return 0;
}

/* One that came later, by the open of a named pipe or by a connection; of a socket with its role.
 */
static __always_inline void register_new(__u32 descriptor, __u32 role)
{
	struct process_key key = {};
	struct inode *inode;
	struct file *file;
	__u32 type;

	read_process_key(bpf_get_current_task_btf(), &key);
	if (!find_armed(&key))
		return;
	file = file_of(descriptor);
	if (!file)
		return;
	inode = file->f_inode;
	type = inode->i_mode & S_IFMT;
	if (type == S_IFIFO || type == S_IFSOCK)
		register_file(file, inode, role);
}

#endif
