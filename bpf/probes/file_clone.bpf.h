/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Subject: files that come to share the blocks of another (reflinks, as cp makes them on XFS and
 * btrfs). No byte moves, and all of them are there: it counts as a read of the one and a write of
 * the other.
 */
#include <linux/fs.h>

/* What of it there is: without a length all that follows, and never more than that. */
static __always_inline __u64 cloned_bytes(struct file *file, const struct file_clone_range *range)
{
	__u64 size_bytes = file->f_inode->i_size;
	__u64 left = range->src_offset < size_bytes ? size_bytes - range->src_offset : 0;

	return range->src_length && range->src_length < left ? range->src_length : left;
}

static __always_inline void file_cloned(const struct syscall *call)
{
	struct file_clone_range range = {.src_fd = argument(call, 2)};
	__u32 command = argument(call, 1), descriptor = argument(call, 0);
	__u64 bytes = 0, start = command == FICLONE ? 0 : START_UNKNOWN;
	struct references references = {};
	struct file *source, *clone;

	if (command != FICLONE && command != FICLONERANGE)
		return;
	if (command == FICLONERANGE &&
	    bpf_probe_read_user(&range, sizeof(range), (void *)argument(call, 2))) {
		count_failure(FAILURE_REQUEST_UNREADABLE);
		return;
	}
	source = file_of(range.src_fd);
	clone = file_of(descriptor);
	if (source)
		bytes = cloned_bytes(source, &range);
	else if (clone) /* another thread has closed the source meanwhile */
		bytes = clone->f_inode->i_size;
	if (source && !bytes)
		return;
	references.file = source;
	read_from(&references, range.src_fd, METHOD_FICLONE, start, bytes);
	write_to(descriptor, METHOD_FICLONE, bytes);
}
