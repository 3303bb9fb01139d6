/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Subject: tasks that go into the mounts of others, as nsenter does. */

enum { CLONE_NEWNS = 0x20000 };

/* Without a kind the descriptor is that of a namespace, whose inode has the namespace's number. */
static __always_inline void namespace_joined(const struct syscall *call)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 kinds = argument(call, 1);
	struct file *file;

	if (kinds == 0) {
		file = file_of(argument(call, 0));
		if (!file || file->f_inode->i_ino != mount_namespace_of(task))
			return;
	} else if (!(kinds & CLONE_NEWNS)) {
		return;
	}
	join_mounts(task);
}
