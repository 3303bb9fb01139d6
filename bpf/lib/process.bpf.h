/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who: images of processes, and the mark of those that hold or may hold model data. */
#ifndef MODELWARDEN_LIB_PROCESS_H
#define MODELWARDEN_LIB_PROCESS_H

enum {
	PF_KTHREAD = 0x00200000,
	ARMED_FILTER_LOG2 = 12,
	MILLION = 1000000,
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct process_key);
	__type(value, struct process_facts);
} processes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct cgroup_count);
} cgroup_counts SEC(".maps");

/* What a new entry is copied from; filled in place, because facts and paths share 512 bytes of
 * stack. */
static const struct process_facts new_facts = {.touches = 1};

/* Some process found no room: only then is anything done for one that is not armed. */
__u32 cgroups_watched;

/* How many that live, by the last bits of their pid. It saves all others the look-up. */
__u32 armed_filter[1 << ARMED_FILTER_LOG2];

/* The agent, by identity and not by a pid that another namespace may count differently. */
struct process_key agent;

static __always_inline void read_process_key(struct task_struct *task, struct process_key *key)
{
	key->tgid = task->tgid;
	key->exec_id = task->self_exec_id;
	/* A non-leader that executes takes over tgid and start of the leader. */
	key->start_time_ns = task->group_leader->start_boottime;
}

static __always_inline bool is_image(const struct process_key *key, const struct process_key *other)
{
	return key->tgid == other->tgid && key->exec_id == other->exec_id &&
	       key->start_time_ns == other->start_time_ns;
}

static __always_inline __u32 *filter_of_process(const struct process_key *key)
{
	return &armed_filter[key->tgid & ((1 << ARMED_FILTER_LOG2) - 1)];
}

static __always_inline bool is_agent(const struct process_key *key)
{
	return key->tgid == agent.tgid && key->start_time_ns == agent.start_time_ns;
}

static __always_inline void store_executable(struct task_struct *task,
					     const struct process_key *key)
{
	struct text_key text = {.process = *key, .kind = TEXT_EXECUTABLE};
	struct file *executable = BPF_CORE_READ(task, mm, exe_file);

	if (executable)
		store_path(&text, &executable->f_path, BPF_CORE_READ(task, fs));
}

static __always_inline void store_name(struct task_struct *task, struct process_facts *facts)
{
	BPF_CORE_READ_INTO(&facts->name, task, group_leader, comm);
}

static __always_inline void fill_process_facts(struct task_struct *task,
					       struct process_facts *facts)
{
	struct cgroup *cgroup = cgroup_of(task);

	facts->parent_tgid = BPF_CORE_READ(task, real_parent, tgid);
	facts->user_id = BPF_CORE_READ(task, cred, uid.val);
	facts->mount_namespace = mount_namespace_of(task);
	facts->pid_namespace = BPF_CORE_READ(task_pid_namespace(task), ns.inum);
	facts->cgroup_id = BPF_CORE_READ(cgroup, kn, id);
	facts->container_start_ns = BPF_CORE_READ(first_of_container(task), start_boottime);
	store_name(task, facts);
	store_cgroup_path(cgroup);
	facts->armed_ns = bpf_ktime_get_boot_ns(); /* last: an entry without it is not yet filled */
}

/* A process that should be armed finds no room: what its cgroup sends is counted as a whole. */
static __always_inline void watch_cgroup(struct task_struct *task)
{
	struct cgroup_count fresh = {};
	__u64 cgroup = cgroup_id_of(task);

	count_failure(FAILURE_PROCESS_MAP_FULL);
	if (bpf_map_update_elem(&cgroup_counts, &cgroup, &fresh, BPF_NOEXIST) &&
	    !bpf_map_lookup_elem(&cgroup_counts, &cgroup))
		count_failure(FAILURE_CGROUP_MAP_FULL);
	cgroups_watched = 1;
}

static __always_inline struct process_facts *new_process(struct task_struct *task,
							 const struct process_key *key, long flags)
{
	if (bpf_map_update_elem(&processes, key, &new_facts, flags)) {
		if (!bpf_map_lookup_elem(&processes, key))
			watch_cgroup(task);
		return NULL;
	}
	__sync_fetch_and_add(filter_of_process(key), 1);
	return bpf_map_lookup_elem(&processes, key);
}

/* What must cross a channel before a server is more than that: of the first file that it took. */
static __always_inline __u64 share_of_file(struct file *file)
{
	__u64 bytes = file ? BPF_CORE_READ(file, f_inode, i_size) : 0;

	if (bytes < setting_minimum_size_bytes)
		bytes = setting_minimum_size_bytes;
	return bytes / MILLION * setting_share_millionths;
}

/* The entry of a process that is armed on its own account; the first armed process of its line. */
__noinline int add_process(const struct references *references, const struct process_key *key,
			   __u32 flags)
{
	struct process_facts *facts;

	if (!references || !key)
		return 0;
	facts = new_process(references->task, key, BPF_NOEXIST);
	if (!facts)
		return 0;
	facts->flags = flags;
	facts->entrance = entrance_of(references->task);
	facts->session = session_of(references->task);
	facts->share_bytes = share_of_file(references->file);
	facts->hops = references->hops;
	fill_process_facts(references->task, facts);
	store_executable(references->task, key);
	return 0;
}

/* The facts of an armed process, else NULL: one that touched nothing for long stays in the map. */
static __always_inline struct process_facts *find_armed(const struct process_key *key)
{
	struct process_facts *facts;

	if (!*filter_of_process(key))
		return NULL;
	facts = bpf_map_lookup_elem(&processes, key);
	return facts && facts->touches ? facts : NULL;
}

/* A container's own processes say much to their log and to each other that is no model. */
static __always_inline bool is_server(const struct process_facts *facts)
{
	return facts->entrance == ENTRANCE_ENTRYPOINT;
}

static __always_inline __u64 share_of(const struct process_facts *facts)
{
	return is_server(facts) ? facts->share_bytes : 0;
}

/* What a server sends on a connection that it accepted. */
static __always_inline bool is_answer(const struct process_facts *facts, __u32 role)
{
	return role == ROLE_ACCEPTED && is_server(facts) && !setting_accepted_passes;
}

int register_descriptors(void);

/* `facts` are those of its entry, if it has one. */
static __always_inline struct process_facts *arm_known(const struct references *references,
						       const struct process_key *key,
						       struct process_facts *facts, __u32 flags)
{
	struct task_struct *task = references->task;

	if (!(flags & PROCESS_SESSION))
		session_takes_model(session_of(task));
	if (facts) {
		if (!__sync_fetch_and_add(&facts->touches, 1) || facts->hops > references->hops)
			facts->hops = references->hops;
		else if (facts->looked)
			return facts;
	} else {
		add_process(references, key, flags);
	}
	if (!is_same_thread(task, bpf_get_current_task_btf()))
		return bpf_map_lookup_elem(&processes, key);
	register_descriptors();
	facts = bpf_map_lookup_elem(&processes, key);
	if (facts)
		facts->looked = 1;
	return facts;
}

static __always_inline struct process_facts *arm(const struct references *references,
						 const struct process_key *key, __u32 flags)
{
	return arm_known(references, key, bpf_map_lookup_elem(&processes, key), flags);
}

/* One that writes out of its exec session is armed by what another process of it has taken. */
static __always_inline struct process_facts *find_armed_in(__u32 session,
							   const struct process_key *key)
{
	struct references references = {.task = bpf_get_current_task_btf()};
	struct process_facts *facts = find_armed(key);

	if (facts || !session_holds(session))
		return facts;
	return arm(&references, key, PROCESS_SESSION);
}

/*
 * Whether a runtime has put this image into a container: the runtime's memory is not with it. One
 * that has opened a model itself may have handed on the descriptor.
 */
static __always_inline bool is_put_into_container(__u32 entrance,
						  const struct process_facts *runtime)
{
	return (entrance == ENTRANCE_ENTRYPOINT || entrance == ENTRANCE_EXEC) &&
	       entrance != runtime->entrance && runtime->hops;
}

/* The image that fork or exec makes of an armed one: armed too. */
static __always_inline void inherit(struct task_struct *task, const struct process_key *from,
				    __u32 flag)
{
	struct process_facts *parent = find_armed(from), *facts;
	struct process_key key = {};
	__u32 entrance;

	if (!parent)
		return;
	entrance = flag == PROCESS_INHERITED ? parent->entrance : entrance_of(task);
	if (is_put_into_container(entrance, parent))
		return;
	read_process_key(task, &key);
	facts = new_process(task, &key, BPF_ANY);
	if (!facts)
		return;
	facts->parent = *from;
	facts->flags = flag;
	facts->entrance = entrance;
	facts->session = flag == PROCESS_INHERITED ? parent->session : session_of(task);
	facts->share_bytes = parent->share_bytes;
	facts->hops = parent->hops;
	fill_process_facts(task, facts);
	store_executable(task, &key);
}

static __always_inline void end_process(const struct process_key *key, __u32 flag)
{
	struct process_facts *facts = bpf_map_lookup_elem(&processes, key);

	if (!facts)
		return;
	/* The last two threads may both come here: only one of them ends it. */
	if (!__sync_val_compare_and_swap(&facts->end_ns, 0, bpf_ktime_get_boot_ns()))
		__sync_fetch_and_add(filter_of_process(key), -1);
	__sync_fetch_and_or(&facts->flags, flag);
	if (facts->touches)
		ring(DOORBELL_PROCESS_END, key);
}

/* Bytes for which the counter map had no room still add up: by process, else by cgroup. */
__noinline int count_elsewhere(const struct process_key *key, __u64 read_bytes, __u64 sent_bytes)
{
	struct cgroup_count fresh = {.read_bytes = read_bytes, .sent_bytes = sent_bytes};
	struct task_struct *task = bpf_get_current_task_btf();
	struct process_facts *facts;
	struct cgroup_count *count;
	__u64 cgroup;

	if (!key)
		return 0;
	facts = bpf_map_lookup_elem(&processes, key);
	if (facts) {
		__sync_fetch_and_add(&facts->uncounted_read_bytes, read_bytes);
		__sync_fetch_and_add(&facts->uncounted_sent_bytes, sent_bytes);
		return 0;
	}
	cgroup = cgroup_id_of(task);
	count = bpf_map_lookup_elem(&cgroup_counts, &cgroup);
	if (count) {
		__sync_fetch_and_add(&count->read_bytes, read_bytes);
		__sync_fetch_and_add(&count->sent_bytes, sent_bytes);
	} else if (bpf_map_update_elem(&cgroup_counts, &cgroup, &fresh, BPF_NOEXIST)) {
		count_failure(FAILURE_CGROUP_MAP_FULL);
	}
	return 0;
}

/* A send of a process that is not armed, perhaps only because there was no room for it. */
__noinline int count_unarmed_send(__u64 bytes)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct process_key key = {};
	struct cgroup_count *count;
	__u64 cgroup;

	read_process_key(task, &key);
	if (is_agent(&key))
		return 0;
	cgroup = cgroup_id_of(task);
	count = bpf_map_lookup_elem(&cgroup_counts, &cgroup);
	if (count)
		__sync_fetch_and_add(&count->sent_bytes, bytes);
	return 0;
}

#endif
