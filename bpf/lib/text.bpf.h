/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Strings that user space needs once per file, executable or cgroup. Never on the path of a read.
 */
#ifndef MODELWARDEN_LIB_TEXT_H
#define MODELWARDEN_LIB_TEXT_H

enum { PATH_COMPONENTS = 64 };

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct text_key);
	__type(value, struct text);
} texts SEC(".maps");

/* What a new entry is copied from: 1.3 KiB do not fit on the stack. */
static struct text empty_text;

/* A new entry, or NULL if there is one already or no room. */
static __always_inline struct text *add_text(const struct text_key *key)
{
	if (bpf_map_lookup_elem(&texts, key))
		return NULL;
	if (bpf_map_update_elem(&texts, key, &empty_text, BPF_ANY)) {
		count_failure(FAILURE_TEXT_MAP_FULL);
		return NULL;
	}
	return bpf_map_lookup_elem(&texts, key);
}

struct walk {
	struct dentry *dentry;
	struct vfsmount *vfsmount;
	struct dentry *root;
	struct vfsmount *root_mount;
	struct text *text;
	__u32 position;
	bool complete;
};

/* One step towards the root: over a mount, or one name up. Returns 1 at the end of the walk. */
static long step_up(__u32 index, struct walk *walk)
{
	struct dentry *dentry = walk->dentry, *parent = BPF_CORE_READ(dentry, d_parent);
	struct vfsmount *vfsmount = walk->vfsmount;
	__u32 length, position = walk->position;

	(void)index;
	walk->complete = dentry == walk->root && vfsmount == walk->root_mount;
	if (walk->complete)
		return 1;
	if (dentry == BPF_CORE_READ(vfsmount, mnt_root) || dentry == parent) {
		struct mount *mount = (void *)vfsmount - bpf_core_field_offset(struct mount, mnt);
		struct mount *above = BPF_CORE_READ(mount, mnt_parent);

		walk->complete = above == mount;
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->vfsmount = (void *)above + bpf_core_field_offset(struct mount, mnt);
		return above == mount ? 1 : 0;
	}
	length = BPF_CORE_READ(dentry, d_name.len) & (COMPONENT_BYTES - 1);
	if (position < length + 1 || position > TEXT_BYTES)
		return 1;
	position -= length;
	bpf_probe_read_kernel(&walk->text->bytes[position & (TEXT_BYTES - 1)], length,
			      BPF_CORE_READ(dentry, d_name.name));
	position -= 1;
	walk->text->bytes[position & (TEXT_BYTES - 1)] = '/';
	walk->position = position;
	walk->dentry = parent;
	return 0;
}

/*
 * Writes the path from the end to the front, over mounts, up to the root of `fs`, so that it is the
 * path as that process sees it. What does not fit is cut off at the front and marked.
 */
static __noinline int walk_path(const struct path *path, struct fs_struct *fs, struct text *text)
{
	struct walk walk = {.text = text, .position = TEXT_BYTES};
	struct dentry *dentry;

	if (!path || !fs || !text)
		return 0;
	dentry = BPF_CORE_READ(path, dentry);
	walk.dentry = dentry;
	walk.vfsmount = BPF_CORE_READ(path, mnt);
	walk.root = BPF_CORE_READ(fs, root.dentry);
	walk.root_mount = BPF_CORE_READ(fs, root.mnt);
	if (!BPF_CORE_READ(dentry, d_hash.pprev) && BPF_CORE_READ(dentry, d_parent) != dentry)
		text->flags |= TEXT_DELETED;
	bpf_loop(PATH_COMPONENTS, step_up, &walk, 0);
	if (!walk.complete) {
		text->flags |= TEXT_TRUNCATED;
		count_failure(FAILURE_PATH_TRUNCATED);
	}
	text->length_bytes = TEXT_BYTES - walk.position;
	return 0;
}

static __always_inline void store_path(const struct text_key *key, const struct path *path,
				       struct fs_struct *fs)
{
	struct text *text = add_text(key);

	if (text)
		walk_path(path, fs, text);
}

#endif
