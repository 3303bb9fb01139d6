/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which file: identity by inode, and whether it is a model, may be one, or is not. */
#ifndef MODELWARDEN_LIB_FILE_H
#define MODELWARDEN_LIB_FILE_H

enum {
	S_IFMT = 0170000,
	S_IFREG = 0100000,
	FMODE_READ = 1,
	FMODE_WRITE = 2,
	DIRECTORY_LEVELS = 40, /* names and mounts */
};

struct directory_key {
	__u32 device;
	__u32 reserved;
	__u64 inode;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct file_key);
	__type(value, struct file_facts);
} files SEC(".maps");

/* The fixed parts of models.paths, filled by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct directory_key);
	__type(value, __u32);
} model_directories SEC(".maps");

__u32 last_file_id;

static __always_inline bool is_regular(struct inode *inode)
{
	return (inode->i_mode & S_IFMT) == S_IFREG;
}

static __always_inline void read_file_key(struct inode *inode, struct file_key *key)
{
	key->device = inode->i_sb->s_dev;
	key->generation = inode->i_generation;
	key->inode = inode->i_ino;
	key->subvolume = inode_subvolume(inode);
}

/* Sets bit 5 of every ASCII capital letter of eight bytes at once. */
static __always_inline __u64 lower_case(__u64 word)
{
	const __u64 ones = 0x0101010101010101ULL;
	__u64 low = word & 0x7f * ones;
	__u64 capital = (low + (0x80 - 'A') * ones) ^ (low + (0x7f - 'Z') * ones);

	return word | (capital & ~word & 0x80 * ones) >> 2;
}

/* The last 16 bytes of the name, with zeros in front of a shorter one. */
static __always_inline bool has_model_suffix(struct dentry *dentry)
{
	const unsigned char *name = dentry->d_name.name;
	__u32 length = dentry->d_name.len;
	__u64 tail[2] = {};

	/* The bytes in front of a short name are readable or the read fails; they are cut off
	 * below. */
	if (bpf_probe_read_kernel(tail, sizeof(tail), name + length - SUFFIX_BYTES))
		return false;
	if (length < 8) {
		tail[0] = 0;
		tail[1] = length ? tail[1] & (~0ULL << (8 * (8 - length) & 63)) : 0;
	} else if (length < 16) {
		tail[0] = length > 8 ? tail[0] & (~0ULL << (8 * (16 - length) & 63)) : 0;
	}
	tail[0] = lower_case(tail[0]);
	tail[1] = lower_case(tail[1]);
	for (__u32 i = 0; i < SUFFIXES; i++) {
		if (i >= setting_suffix_count)
			break;
		if ((tail[0] & setting_suffixes[i].mask[0]) == setting_suffixes[i].value[0] &&
		    (tail[1] & setting_suffixes[i].mask[1]) == setting_suffixes[i].value[1])
			return true;
	}
	return false;
}

struct climb {
	struct dentry *dentry;
	struct vfsmount *vfsmount;
	bool found;
};

/* Whether this is one of the directories; then over a mount, or one name up. 1 ends the climb. */
static long climb_up(__u32 index, struct climb *climb)
{
	struct vfsmount *vfsmount = kernel_object(vfsmount, climb->vfsmount);
	struct dentry *dentry = kernel_object(dentry, climb->dentry);
	struct inode *inode = dentry->d_inode;
	struct directory_key key = {.device = inode->i_sb->s_dev, .inode = inode->i_ino};

	(void)index;
	climb->found = bpf_map_lookup_elem(&model_directories, &key) != NULL;
	if (climb->found)
		return 1;
	if (dentry != vfsmount->mnt_root && dentry != dentry->d_parent) {
		climb->dentry = dentry->d_parent;
		return 0;
	}
	struct mount *mount = (void *)vfsmount - bpf_core_field_offset(struct mount, mnt);
	struct mount *above = kernel_object(mount, mount)->mnt_parent;

	climb->dentry = kernel_object(mount, mount)->mnt_mountpoint;
	climb->vfsmount = (void *)above + bpf_core_field_offset(struct mount, mnt);
	return above == mount;
}

/* Volumes are mounts: what lies on one below such a directory belongs to it. */
static __noinline bool in_model_directory(struct file *file)
{
	struct climb climb = {};

	if (!file)
		return false;
	file = kernel_object(file, file);
	climb.dentry = file->f_path.dentry;
	climb.vfsmount = file->f_path.mnt;
	bpf_loop(DIRECTORY_LEVELS, climb_up, &climb, 0);
	return climb.found;
}

/* 0, or why the file is counted. A file that is being written has its size still before it. */
static __always_inline enum file_reason candidate_reason(struct file *file, __u64 size_bytes)
{
	struct dentry *dentry = file->f_path.dentry;
	bool growing = file->f_mode & FMODE_WRITE;

	if ((growing || size_bytes >= setting_minimum_size_bytes) && has_model_suffix(dentry))
		return REASON_SUFFIX;
	if (setting_model_directories && in_model_directory(file))
		return REASON_PATH;
	if (setting_detect_content && size_bytes >= setting_content_minimum_size_bytes)
		return REASON_SIZE;
	return 0;
}

static __always_inline void read_version(struct inode *inode, struct file_facts *facts)
{
	facts->size_bytes = inode->i_size;
	facts->modify_time_ns = inode_modify_time_ns(inode);
	facts->change_time_ns = inode_change_time_ns(inode);
}

static __always_inline bool same_version(struct inode *inode, struct file_facts *facts)
{
	return facts->change_time_ns == inode_change_time_ns(inode) &&
	       facts->size_bytes == (__u64)inode->i_size;
}

/*
 * The first sight of a file, or of another content under the same key. What was a model is at least
 * looked at again, or a rename and a touch would hide it. 1: it is counted; 0: it is not; -1: it
 * should be and there is no room.
 */
__noinline int judge_file(const struct references *references, const struct file_key *key, __u32 id,
			  bool was_model)
{
	struct file_facts facts = {};
	struct inode *inode;
	struct file *file;

	if (!references || !key)
		return 0;
	file = kernel_object(file, references->file);
	inode = file->f_inode;
	read_version(inode, &facts);
	facts.reason = candidate_reason(file, facts.size_bytes);
	if (!facts.reason && was_model)
		facts.reason = REASON_SIZE;
	if (!facts.reason) {
		if (id)
			bpf_map_delete_elem(&files, key);
		return 0;
	}
	facts.verdict = facts.reason == REASON_SUFFIX ? FILE_MODEL : FILE_UNDECIDED;
	facts.first_seen_ns = bpf_ktime_get_boot_ns();
	facts.id = id ? id : __sync_fetch_and_add(&last_file_id, 1) + 1;
	if (bpf_map_update_elem(&files, key, &facts, BPF_ANY)) {
		count_failure(FAILURE_FILE_MAP_FULL);
		return -1;
	}
	return 1;
}

/* Another version of the same file stays with those who have had it. */
static __always_inline int judge_again(const struct references *references,
				       const struct file_key *key, __u32 id, bool was_model,
				       __u32 holder)
{
	int judged = judge_file(references, key, id, was_model);
	struct file_facts *facts;

	if (judged > 0 && holder) {
		facts = bpf_map_lookup_elem(&files, key);
		if (facts)
			facts->holder = holder;
	}
	return judged;
}

/*
 * What a change means. Only the change time moved: renamed, linked or with another owner: a model
 * stays a model under any name, an ordinary file is judged again by its new name. Size or content
 * time moved: another content; a file that somebody writes keeps its id, a reused inode does not.
 * An empty one is new whatever its key was before: overlayfs gives every file generation 0.
 */
__noinline int revalidate_file(const struct references *references, const struct file_key *key)
{
	struct file_facts *facts;
	struct inode *inode;
	struct file *file;
	__u32 holder;

	if (!references || !key)
		return 0;
	file = kernel_object(file, references->file);
	inode = file->f_inode;
	facts = bpf_map_lookup_elem(&files, key);
	if (!facts)
		return 0;
	holder = facts->holder;
	if (!inode->i_size) {
		bpf_map_delete_elem(&files, key);
		return judge_file(references, key, 0, false);
	}
	if (facts->verdict != FILE_ORDINARY &&
	    (file->f_mode & FMODE_WRITE || (facts->modify_time_ns == inode_modify_time_ns(inode) &&
					    facts->size_bytes == (__u64)inode->i_size))) {
		read_version(inode, facts);
		return 0;
	}
	if (facts->verdict == FILE_ORDINARY)
		return judge_again(references, key, facts->id, false, holder);
	if (facts->verdict == FILE_MODEL)
		return judge_again(references, key, 0, true, holder);
	bpf_map_delete_elem(&files, key);
	return judge_again(references, key, 0, false, holder);
}

/*
 * Facts of a file that is a model or may be one, else NULL; for those left out only of one that
 * others have had. `full` says that it is one but found no room, so that its bytes are counted
 * elsewhere.
 */
static __always_inline struct file_facts *find_model(struct file *file, struct inode *inode,
						     __u32 whose, struct file_key *key, bool *full)
{
	struct references references = {.file = file};
	struct file_facts *facts;
	int judged;

	read_file_key(inode, key);
	facts = bpf_map_lookup_elem(&files, key);
	if (whose == CGROUP_LEFT_OUT && (!facts || !facts->holder))
		return NULL;
	if (!facts) {
		judged = judge_file(&references, key, 0, false);
		*full = judged < 0;
		facts = judged > 0 ? bpf_map_lookup_elem(&files, key) : NULL;
	} else if (!same_version(inode, facts)) {
		*full = revalidate_file(&references, key) < 0;
		facts = bpf_map_lookup_elem(&files, key);
	}
	if (!facts || facts->verdict == FILE_ORDINARY)
		return NULL;
	if (whose == CGROUP_LEFT_OUT) /* it may be another file by now, which nobody has had */
		return facts->holder ? facts : NULL;
	note_holder(facts, inode, whose);
	return facts;
}

/* The cheap test before any look-up: nothing smaller is a model, unless its directory says so. */
static __always_inline bool may_be_model(struct inode *inode)
{
	return is_regular(inode) &&
	       (setting_model_directories || (__u64)inode->i_size >= setting_minimum_size_bytes);
}

#endif
