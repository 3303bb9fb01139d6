/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whose: the cgroup of a task, whose path names a container and its pod. */
#ifndef MODELWARDEN_LIB_CGROUP_H
#define MODELWARDEN_LIB_CGROUP_H

enum { CGROUP_DEPTH = TEXT_BYTES / 2 }; /* a name has one byte at least, and its slash */

/* The pids hierarchy has the container's leaf on cgroup v1, hybrid and v2 alike. */
static __always_inline struct cgroup *cgroup_of(struct task_struct *task)
{
	__u32 index = bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
	struct css_set *set = BPF_CORE_READ(task, cgroups);
	struct cgroup_subsys_state *state = NULL;

	bpf_core_read(&state, sizeof(state), &set->subsys[index & 15]);
	return BPF_CORE_READ(state, cgroup);
}

/* With loads instead of probe reads: it is asked for with each read of a file. */
static __always_inline __u64 cgroup_id_of(struct task_struct *task)
{
	__u32 index = bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
	struct css_set *set = kernel_object(task_struct, task)->cgroups;
	void *state = kernel_object(hlist_head, &set->subsys[index & 15])->first;

	return kernel_object(cgroup_subsys_state, state)->cgroup->kn->id;
}

/* Id of the cgroup of that level above this one, itself included; 0 if it is not that deep. */
static __always_inline __u64 ancestor_id(struct cgroup *cgroup, __u32 level)
{
	struct cgroup *ancestor = NULL;

	if (level > (__u32)BPF_CORE_READ(cgroup, level))
		return 0;
	bpf_core_read(&ancestor, sizeof(ancestor), &cgroup->ancestors[level]);
	return BPF_CORE_READ(ancestor, kn, id);
}

struct descent {
	struct cgroup *leaf;
	struct text *text;
	__u32 position;
	bool complete;
};

/* One name further from the root. Returns 1 when there is no room for it. */
static long step_down(__u32 index, struct descent *descent)
{
	__u32 position = descent->position;
	struct cgroup *leaf = descent->leaf, *ancestor = NULL;
	long length;

	descent->complete = false;
	if (position + 1 >= TEXT_BYTES)
		return 1;
	bpf_core_read(&ancestor, sizeof(ancestor), &leaf->ancestors[index + 1]);
	descent->text->bytes[position & (TEXT_BYTES - 1)] = '/';
	position += 1;
	length = bpf_probe_read_kernel_str(&descent->text->bytes[position & (TEXT_BYTES - 1)],
					   COMPONENT_BYTES, BPF_CORE_READ(ancestor, kn, name));
	if (length < 1 || position + length - 1 > TEXT_BYTES)
		return 1;
	descent->position = position + length - 1;
	descent->complete = true;
	return 0;
}

/*
 * Once per cgroup, from the root on: whoever lives in a container can make cgroups below its own,
 * as deep and with names as long as he likes, and must not push out what names his container.
 */
static __always_inline void store_cgroup_path(struct cgroup *cgroup)
{
	struct text_key key = {.kind = TEXT_CGROUP, .id = BPF_CORE_READ(cgroup, kn, id)};
	struct descent descent = {.leaf = cgroup, .complete = true};
	__u32 level = BPF_CORE_READ(cgroup, level);

	descent.text = add_text(&key);
	if (!descent.text)
		return;
	descent.text->flags = TEXT_FROM_FRONT;
	bpf_loop(level < CGROUP_DEPTH ? level : CGROUP_DEPTH, step_down, &descent, 0);
	if (!descent.complete || level > CGROUP_DEPTH) {
		descent.text->flags |= TEXT_TRUNCATED;
		count_failure(FAILURE_PATH_TRUNCATED);
	}
	descent.text->length_bytes = descent.position;
}

#endif
