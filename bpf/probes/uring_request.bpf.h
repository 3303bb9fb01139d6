/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Subject: what requests of io_uring read, write and open, whoever carries them out. A request is
 * counted at its completion. Two kinds tell nobody of theirs: those that ask for no completion
 * unless they fail are counted when they are submitted, and taken back if they do; results for
 * which the ring has no room are found among those that are just being told.
 */

enum {
	UNANSWERED_REQUESTS = 4096,
	NEAR_STEPS = 64,
	FLUSHED_STEPS = 4096,
};

/* Counted at submission, by the address of the request. */
struct unanswered {
	struct access_key key;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, UNANSWERED_REQUESTS);
	__type(key, __u64);
	__type(value, struct unanswered);
} unanswered_requests SEC(".maps");

/* Some request was counted at submission: only then is anything looked up at others. */
__u32 requests_unanswered;

/* The request of a ring whose result found no room last: the next one follows it. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 256);
	__type(key, __u64);
	__type(value, __u64);
} overflowed_requests SEC(".maps");

__noinline int uring_opened(const struct references *opened)
{
	struct inode *inode;
	struct file *file;

	if (!opened)
		return 0;
	file = kernel_object(file, opened->file);
	inode = file->f_inode;
	if (is_kernel_memory(inode))
		note_blind_spot(BLIND_SPOT_KERNEL_MEMORY, 0, 0);
	else if (is_regular(inode))
		regular_file_opened(file, inode, -1, kernel_object(task_struct, opened->task));
	else
		device_opened(inode);
	return 0;
}

/* Returns the id of the file, or 0 if it is none that is counted. */
__noinline __u32 uring_read(const struct references *request, __u64 start, __u64 bytes)
{
	struct task_struct *task;
	struct inode *inode;
	__u32 file_id = 0;
	struct file *file;
	bool model;

	if (!request)
		return 0;
	file = kernel_object(file, request->file);
	task = kernel_object(task_struct, request->task);
	inode = file->f_inode;
	if (is_process_memory(file, inode)) {
		process_memory_file(inode, MEMORY_PROC_MEM, bytes);
		return 0;
	}
	if (may_be_model(inode))
		file_id = count_access_by(task, file, inode, -1, METHOD_IO_URING, DIRECTION_READ,
					  start, bytes, &model);
	if (file_id || task->tgid != bpf_get_current_task_btf()->tgid)
		return file_id;
	if (is_regular(inode))
		staged_read(inode, bytes);
	else
		pipe_read(inode, bytes);
	return 0;
}

__noinline __u32 uring_write(const struct references *request, __u64 bytes)
{
	struct task_struct *task;
	struct inode *inode;
	__u32 file_id = 0;
	bool model = false;
	struct file *file;

	if (!request)
		return 0;
	file = kernel_object(file, request->file);
	task = kernel_object(task_struct, request->task);
	inode = file->f_inode;
	if (is_process_memory(file, inode)) {
		process_memory_file(inode, MEMORY_PROC_MEM_WRITE, bytes);
		return 0;
	}
	if (is_regular(inode))
		file_id = count_access_by(task, file, inode, -1, METHOD_IO_URING, DIRECTION_WRITE,
					  START_UNKNOWN, bytes, &model);
	if (task->tgid != bpf_get_current_task_btf()->tgid)
		return file_id;
	if (!is_regular(inode)) {
		stdio_write(file, inode, bytes);
		return file_id;
	}
	file_written(inode, bytes);
	if (!model)
		staged_write(inode, bytes);
	return file_id;
}

/* Returns whether it was counted at its submission. */
static __always_inline bool take_back(__u64 address, __s32 result)
{
	struct unanswered *request = bpf_map_lookup_elem(&unanswered_requests, &address);
	struct access_count *count;

	if (!request)
		return false;
	count = count_at(place_of(&request->key));
	if (count)
		__sync_fetch_and_add(&count->totals.bytes,
				     (result > 0 ? result : 0) - request->bytes);
	bpf_map_delete_elem(&unanswered_requests, &address);
	return true;
}

static __always_inline void uring_completed(struct io_kiocb *request, __s32 result)
{
	struct references references = {.file = request->file};
	__u8 class = uring_class(request);
	struct task_struct *task;

	if (class == URING_NONE)
		return;
	if (requests_unanswered && take_back((__u64)request, result))
		return;
	references.task = task = uring_submitter(request);
	if (class == URING_OPEN || class == URING_INSTALL) {
		if (result >= 0)
			references.file = opened_file(request, task, result);
		if (result >= 0 && references.file)
			uring_opened(&references);
		return;
	}
	if (result <= 0)
		return;
	if (class != URING_READ)
		uring_write(&references, result);
	if (class == URING_SPLICE)
		references.file = spliced_file(request, task);
	if (!references.file)
		count_failure(FAILURE_DESCRIPTOR_UNRESOLVED);
	else if (class != URING_WRITE)
		uring_read(&references, start_of_completed(request, result), result);
}

/*
 * A request that tells nobody unless it fails. What a process that holds or may hold a model asks
 * of other files counts as read by it all the same: thieves exchange descriptors in between.
 */
static __always_inline void uring_unanswered(struct io_kiocb *request, __u8 class)
{
	struct task_struct *task = uring_submitter(request);
	__u64 address = (__u64)request, bytes = requested_bytes(request);
	struct unanswered unanswered = {.bytes = bytes};
	struct references references = {.task = task};
	struct file *file;

	read_process_key(task, &unanswered.key.process);
	unanswered.key.method = METHOD_IO_URING;
	if (class == URING_SPLICE)
		file = spliced_file(request, task);
	else
		file = uring_file(request, task, request->cqe.fd,
				  request->flags & URING_FIXED_FILE);
	references.file = file;
	if (file && class == URING_WRITE) {
		unanswered.key.direction = DIRECTION_WRITE;
		unanswered.key.file_id = uring_write(&references, bytes);
	} else if (file) {
		unanswered.key.direction = DIRECTION_READ;
		unanswered.bytes = up_to_the_end(request, file, bytes);
		unanswered.key.file_id =
			uring_read(&references, start_of_submitted(request), unanswered.bytes);
	}
	if (unanswered.key.file_id) {
		bpf_map_update_elem(&unanswered_requests, &address, &unanswered, BPF_ANY);
		requests_unanswered = 1;
	} else if (class != URING_WRITE) {
		count_unknown_read(&unanswered.key.process, bytes);
	}
}

static __always_inline void uring_submitted(struct io_kiocb *request)
{
	__u64 address = (__u64)request;
	__u8 class = uring_class(request);

	if (requests_unanswered) /* the address of one that is through with */
		bpf_map_delete_elem(&unanswered_requests, &address);
	if (request->flags & URING_SKIPS_SUCCESS && class != URING_NONE && class < URING_OPEN)
		uring_unanswered(request, class);
}

struct flush {
	struct io_wq_work_node *node;
	__u64 user_data;
	__s32 result;
	struct io_kiocb *request;
};

static long step_to_request(__u32 index, struct flush *flush)
{
	struct io_wq_work_node *node = flush->node;
	struct io_kiocb *request = (void *)node - bpf_core_field_offset(struct io_kiocb, comp_list);

	(void)index;
	if (!node)
		return 1;
	if (BPF_CORE_READ(request, cqe.user_data) == flush->user_data &&
	    BPF_CORE_READ(request, cqe.res) == flush->result) {
		flush->request = request;
		return 1;
	}
	flush->node = BPF_CORE_READ(node, next);
	return 0;
}

/*
 * The result of a request found no room in the ring. The tracepoint does not say of which; but all
 * that are through are in a list, in which they are told one after the other.
 */
static __always_inline struct io_kiocb *overflowed_request(struct io_ring_ctx *ring,
							   __u64 user_data, __s32 result)
{
	struct flush flush = {.user_data = user_data, .result = result};
	__u64 key = (__u64)ring, *last = bpf_map_lookup_elem(&overflowed_requests, &key), found;

	if (last) {
		struct io_kiocb *before = (void *)*last;

		flush.node = BPF_CORE_READ(before, comp_list.next);
		bpf_loop(NEAR_STEPS, step_to_request, &flush, 0);
	}
	if (!flush.request) {
		flush.node = BPF_CORE_READ(ring, submit_state.compl_reqs.first);
		bpf_loop(FLUSHED_STEPS, step_to_request, &flush, 0);
	}
	found = (__u64)flush.request;
	bpf_map_update_elem(&overflowed_requests, &key, &found, BPF_ANY);
	return flush.request;
}

/* Results that belong to no request of the list are those of timeouts, messages and the like. */
static __always_inline void uring_overflowed(struct io_ring_ctx *ring, __u64 user_data,
					     __s32 result)
{
	struct process_key key = {};
	struct io_kiocb *request = NULL;

	if (result < 0)
		return;
	if (bpf_core_field_exists(ring->submit_state.compl_reqs))
		request = overflowed_request(ring, user_data, result);
	if (request) {
		uring_completed(kernel_object(io_kiocb, request), result);
		return;
	}
	read_process_key(bpf_get_current_task_btf(), &key);
	if (!find_armed(&key))
		return;
	count_failure(FAILURE_REQUEST_UNRESOLVED);
	count_elsewhere(&key, result, 0);
}
