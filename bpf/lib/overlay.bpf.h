/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Files that lie on others: what is read of them is pages of the file below. An open file on
 * overlayfs points to an open file below; since 6.13 to a pair of them: of the file as it was
 * opened, and of what a write has made of it.
 */
#ifndef MODELWARDEN_LIB_OVERLAY_H
#define MODELWARDEN_LIB_OVERLAY_H

enum { OPEN_BELOW = 3 };

/* Of the file below, which was opened last above it. Only with the race's witness. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct file_key);
	__type(value, struct file_key);
} files_above SEC(".maps");

static __always_inline bool is_stacked(struct inode *inode)
{
	return inode->i_sb->s_stack_depth != 0;
}

/* One of those that may be the inode below; none of them need be one. Loads are safe. */
static __always_inline struct inode *inode_below(struct file *file, __u32 which)
{
	void *open = kernel_object(file, file)->private_data;

	if (which)
		open = kernel_object(hlist_head, open + (which - 1) * sizeof(void *))->first;
	return kernel_object(inode, kernel_object(file, open)->f_inode);
}

static __always_inline bool lies_on(struct file *file, __u64 inode)
{
	for (__u32 i = 0; i < OPEN_BELOW; i++)
		if ((__u64)inode_below(file, i) == inode)
			return true;
	return false;
}

/* A file of an overlay has the size of the one below. */
static __always_inline void note_above(struct file *file, struct inode *inode,
				       const struct file_key *key)
{
	struct file_key below = {};

	for (__u32 i = 0; i < OPEN_BELOW; i++) {
		struct inode *candidate = inode_below(file, i);

		if (!is_regular(candidate) || candidate->i_size != inode->i_size)
			continue;
		read_file_key(candidate, &below);
		bpf_map_update_elem(&files_above, &below, key, BPF_ANY);
		return;
	}
}

#endif
