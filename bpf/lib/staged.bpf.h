/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Staged copies: files that are no model, to which an armed process writes what another one reads,
 * under whatever name by then. A file is known once one process has written so much to it: whoever
 * adds a line to a log, or makes 100,000 small files, fills no map.
 */
#ifndef MODELWARDEN_LIB_STAGED_H
#define MODELWARDEN_LIB_STAGED_H

enum { STAGED_BYTES = 64 << 10 };

/* The current process has written to a file that is no model, and has no less than STAGED_BYTES. */
__noinline int data_staged(__u64 channel, __u64 bytes)
{
	struct transfer_key key = {.channel = channel,
				   .kind = CHANNEL_FILE,
				   .direction = DIRECTION_WRITE,
				   .role = ROLE_UNKNOWN};
	struct process_facts *facts;
	__u64 written = bytes;
	struct totals *count;

	read_process_key(bpf_get_current_task_btf(), &key.process);
	count = bpf_map_lookup_elem(&transfers, &key);
	if (count) {
		written += count->bytes;
		if (count->bytes >= STAGED_BYTES && count_again(&key, bytes))
			return 0;
	}
	facts = find_armed(&key.process);
	if (!facts)
		return 0;
	if (facts->hops >= setting_trail_hops) {
		count_failure(FAILURE_CHANNEL_HOPS);
		return 0;
	}
	if (written < STAGED_BYTES ||
	    add_channel(channel, CHANNEL_FILE, facts->hops, share_of(facts)))
		count_transfer(&key, bytes);
	return 0;
}

/* Only a process that may be armed pays more than a load. */
static __always_inline void staged_write(struct inode *inode, __u64 bytes)
{
	struct process_key key = {.tgid = bpf_get_current_task_btf()->tgid};

	if (*filter_of_process(&key) && inode->i_size >= STAGED_BYTES)
		data_staged(channel_of_file(inode), bytes);
}

/*
 * The current process has opened what may be a copy. It is armed before it reads: one sendfile of
 * all has sent it when it returns. A server's log is no copy yet while it is small.
 */
__noinline int copy_opened(__u64 id, __u64 size_bytes)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct channel *channel = bpf_map_lookup_elem(&channels, &id);
	struct process_key key = {};

	if (!channel || size_bytes < channel->share_bytes / 2 || task->flags & PF_KTHREAD)
		return 0;
	read_process_key(task, &key);
	if (!is_agent(&key))
		arm_reader(&key, channel);
	return 0;
}

static __always_inline void staged_open(struct file *file, struct inode *inode)
{
	__u64 channel;

	if (!staged_files || !(file->f_mode & FMODE_READ))
		return;
	channel = channel_of_file(inode);
	if (may_be_channel(channel))
		copy_opened(channel, inode->i_size);
}

static __always_inline void staged_read(struct inode *inode, __u64 bytes)
{
	__u64 channel;

	if (!staged_files)
		return;
	channel = channel_of_file(inode);
	if (may_be_channel(channel))
		data_read(channel, CHANNEL_FILE, bytes);
}

/* What is mapped is read at most. */
static __always_inline void staged_mapping(struct inode *inode, __u64 offset, __u64 length)
{
	__u64 size_bytes = inode->i_size;
	__u64 left = offset < size_bytes ? size_bytes - offset : 0;

	if (is_regular(inode))
		staged_read(inode, length < left ? length : left);
}

#endif
