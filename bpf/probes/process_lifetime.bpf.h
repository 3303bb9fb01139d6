/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Subject: fork, exec and exit of armed processes. */

static __always_inline void process_fork(struct task_struct *parent, struct task_struct *child)
{
	struct process_key key = {};

	inherit_entrance(parent, child);
	if (child->tgid == parent->tgid)
		return; /* a thread */
	read_process_key(parent, &key);
	inherit(child, &key, PROCESS_INHERITED);
}

static __always_inline void process_exec(struct task_struct *task)
{
	struct process_key before = {};

	decide_entrance(task);
	read_process_key(task, &before);
	before.exec_id--;
	inherit(task, &before, PROCESS_EXECUTED);
	end_process(&before, PROCESS_REPLACED);
}

/* The leader may exit long before its threads do: the process ends with the last of them. */
static __always_inline void process_exit(struct task_struct *task)
{
	struct process_key key = {};

	thread_exits(task);
	if (task->signal->live.counter)
		return;
	read_process_key(task, &key);
	end_process(&key, PROCESS_EXITED);
}
