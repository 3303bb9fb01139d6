/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How a process came into its container: with it, by an exec session, or out of it again into the
 * mounts of another. A session's children outlive it and go to the container's first process, so
 * that ancestry alone says nothing afterwards: the mark is set at exec and travels over fork.
 */
#ifndef MODELWARDEN_LIB_ENTRANCE_H
#define MODELWARDEN_LIB_ENTRANCE_H

enum {
	ANCESTORS = 64,
	PF_IO_WORKER = 0x10,
};

struct entrance {
	__u64 cgroup_id; /* where it was decided: it holds there and below */
	__u32 level;     /* of that cgroup; 0: it holds until the next exec from outside */
	__u32 mount_namespace;
	__u32 how;     /* enum process_entrance */
	__u32 session; /* number of the exec session, never used again; 0 if it is in none */
	/* What the runtime gave to the session's first process: the other end is outside. */
	__u64 streams[STANDARD_STREAMS];
};

__u32 last_exec_session;

/* Of each thread, so that it outlives the exec of one that is not the leader. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct entrance);
} entrances SEC(".maps");

/* By its number, because storage is given only for a task that is held. */
static __always_inline struct entrance *entrance_by_pid(__s32 pid)
{
	struct task_struct *task = bpf_task_from_pid(pid);
	struct entrance *entrance;

	if (!task)
		return NULL;
	entrance = bpf_task_storage_get(&entrances, task, NULL, 0);
	bpf_task_release(task);
	return entrance;
}

/* The threads that the kernel makes for io_uring come by no fork: theirs is their process's. */
static __always_inline struct entrance *entrance_of_current(struct task_struct *current)
{
	if (current->flags & PF_IO_WORKER)
		return entrance_by_pid(current->tgid);
	return bpf_task_storage_get(&entrances, current, NULL, 0);
}

static __always_inline struct entrance *current_entrance(void)
{
	return entrance_of_current(bpf_get_current_task_btf());
}

static __always_inline bool holds_in(const struct entrance *entrance, struct cgroup *cgroup)
{
	return entrance->level && entrance->cgroup_id == ancestor_id(cgroup, entrance->level);
}

static __always_inline void set_entrance(struct task_struct *task, const struct entrance *entrance)
{
	struct entrance *own =
		bpf_task_storage_get(&entrances, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (own)
		*own = *entrance;
	else
		count_failure(FAILURE_ENTRANCE_UNKNOWN);
}

/*
 * Whether its parent is outside of its container: a runtime or its shim. In a pid namespace of its
 * own that parent is 0 to it; one that shares the machine's is told by cgroup and mounts alone.
 */
static __always_inline bool is_entered(struct task_struct *task, struct task_struct *parent)
{
	struct pid_namespace *own = task_pid_namespace(task);

	if (cgroup_of(task) == cgroup_of(parent) ||
	    mount_namespace_of(task) == mount_namespace_of(parent))
		return false;
	return BPF_CORE_READ(own, level) == 0 || own != task_pid_namespace(parent);
}

static __always_inline struct task_struct *oldest_of_cgroup(struct task_struct *task)
{
	struct list_head *first = BPF_CORE_READ(task, cgroups, tasks.next);

	return (void *)first - bpf_core_field_offset(struct task_struct, cg_list);
}

/*
 * Pid 1, where the container has a pid namespace of its own. Where the pod's or the machine's is
 * shared, its pid 1 lives in another cgroup: then the first that came into the container's.
 */
static __always_inline struct task_struct *first_of_container(struct task_struct *task)
{
	struct task_struct *first = BPF_CORE_READ(task_pid_namespace(task), child_reaper);
	struct cgroup *cgroup = cgroup_of(task);

	if (ancestor_id(cgroup_of(first), BPF_CORE_READ(cgroup, level)) ==
	    BPF_CORE_READ(cgroup, kn, id))
		return first;
	return oldest_of_cgroup(task);
}

static __always_inline bool is_entrypoint(struct task_struct *task)
{
	return BPF_CORE_READ(first_of_container(task), tgid) == BPF_CORE_READ(task, tgid);
}

static __always_inline __u32 entrance_from_outside(struct task_struct *task)
{
	return is_entrypoint(task) ? ENTRANCE_ENTRYPOINT : ENTRANCE_EXEC;
}

/* Descriptors of the runtime itself are closed by now. */
static __always_inline void begin_session(struct entrance *entrance)
{
	entrance->session = __sync_fetch_and_add(&last_exec_session, 1) + 1;
	for (__u32 i = 0; i < STANDARD_STREAMS; i++) {
		struct file *file = file_of(i);

		entrance->streams[i] = file ? stream_of(file) : 0;
	}
}

/* At exec: a runtime has put the task where it belongs by then. */
static __always_inline void decide_entrance(struct task_struct *task)
{
	struct entrance *known = bpf_task_storage_get(&entrances, task, NULL, 0), entrance = {};
	struct cgroup *cgroup = cgroup_of(task);

	if (!is_entered(task, BPF_CORE_READ(task, real_parent)))
		return;
	/* Nobody gets another mark by cgroups of his own below those of the container. */
	if (known && holds_in(known, cgroup))
		return;
	entrance.cgroup_id = BPF_CORE_READ(cgroup, kn, id);
	entrance.level = BPF_CORE_READ(cgroup, level);
	entrance.mount_namespace = mount_namespace_of(task);
	entrance.how = entrance_from_outside(task);
	if (entrance.how == ENTRANCE_EXEC)
		begin_session(&entrance);
	set_entrance(task, &entrance);
}

static __always_inline void inherit_entrance(struct task_struct *parent, struct task_struct *child)
{
	struct entrance *entrance = bpf_task_storage_get(&entrances, parent, NULL, 0), copy;

	if (!entrance)
		return;
	copy = *entrance;
	set_entrance(child, &copy);
}

/*
 * The current task has gone into another mount namespace. So does a runtime on its way into a
 * container, which has no mark there yet: what it executes is decided anew.
 */
static __always_inline void join_mounts(struct task_struct *task)
{
	struct entrance *known = bpf_task_storage_get(&entrances, task, NULL, 0);
	struct entrance entrance = {.how = ENTRANCE_HOST};
	struct cgroup *cgroup = cgroup_of(task);
	struct task_struct *parent = BPF_CORE_READ(task, real_parent);

	if (known && holds_in(known, cgroup)) {
		if (known->mount_namespace != mount_namespace_of(task))
			known->how = ENTRANCE_HOST;
	} else if (cgroup == cgroup_of(parent) &&
		   mount_namespace_of(task) != mount_namespace_of(parent)) {
		set_entrance(task, &entrance);
	}
}

struct ascent {
	struct task_struct *task;
	__u32 how;
};

static long step_to_parent(__u32 index, struct ascent *ascent)
{
	struct task_struct *task = ascent->task, *parent = BPF_CORE_READ(task, real_parent);

	(void)index;
	if (!parent || parent == task)
		return 1;
	if (is_entered(task, parent)) {
		ascent->how = entrance_from_outside(task);
		return 1;
	}
	ascent->task = BPF_CORE_READ(parent, group_leader);
	return 0;
}

static __always_inline bool is_same_thread(struct task_struct *task, struct task_struct *other)
{
	return kernel_object(task_struct, task)->pid == other->pid;
}

static __always_inline struct entrance *entrance_mark(struct task_struct *task)
{
	struct task_struct *current = bpf_get_current_task_btf();

	if (is_same_thread(task, current))
		return entrance_of_current(current);
	task = kernel_object(task_struct, task);
	return entrance_by_pid(task->flags & PF_IO_WORKER ? task->tgid : task->pid);
}

static __always_inline __u32 session_of(struct task_struct *task)
{
	struct entrance *entrance;

	if (!last_exec_session) /* none has begun on this machine */
		return 0;
	entrance = entrance_mark(task);
	return entrance ? entrance->session : 0;
}

/* What is older than the agent has no mark: its ancestors are what is left to ask. */
static __always_inline __u32 entrance_of(struct task_struct *task)
{
	struct ascent ascent = {.task = BPF_CORE_READ(task, group_leader)};
	struct entrance *entrance = entrance_mark(task);

	if (entrance)
		return entrance->how;
	bpf_loop(ANCESTORS, step_to_parent, &ascent, 0);
	return ascent.how;
}

#endif
