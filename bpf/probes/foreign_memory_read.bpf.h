/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Subject: reads of another process' memory, and of its descriptors. */

enum {
	PROC_MAGIC = 0x9fa0,
	PIDFS_MAGIC = 0x50494446,
};

/*
 * /proc/PID/mem is a regular file of size zero of the proc file system, named mem, in the folder of
 * a process or of a thread. Its neighbours (stat, cmdline, environ) belong to a process too, but
 * hold no weights: without the name every ps would be a thief.
 */
static __always_inline bool is_process_memory(struct file *file, struct inode *inode)
{
	const __u32 mem = 'm' | 'e' << 8 | 'm' << 16;
	__u32 name = 0;

	if (inode->i_size || inode->i_sb->s_magic != PROC_MAGIC)
		return false;
	if (BPF_CORE_READ(file, f_path.dentry, d_name.len) != 3)
		return false;
	bpf_probe_read_kernel(&name, 3, BPF_CORE_READ(file, f_path.dentry, d_name.name));
	return name == mem;
}

static __noinline int process_memory_file(struct inode *inode, __u32 method, __u64 bytes)
{
	struct proc_inode *proc;
	struct pid *pid;

	if (!inode)
		return 0;
	proc = (void *)inode - bpf_core_field_offset(struct proc_inode, vfs_inode);
	pid = BPF_CORE_READ(proc, pid);
	if (pid)
		count_memory_of(pid, method, bytes);
	return 0;
}

static __always_inline struct pid *pid_of_pidfd(struct file *file)
{
	struct inode *inode = file->f_inode;

	/* Since 6.9 a pidfd is a file of pidfs, before it was an anonymous inode. */
	if (inode->i_sb->s_magic == PIDFS_MAGIC)
		return inode->i_private;
	return file->private_data;
}

static __noinline int count_foreign_memory(const struct syscall *call)
{
	struct file *file;
	struct pid *pid;

	if (call->class == CLASS_PTRACE)
		return traced_memory(call);
	if (call->class == CLASS_PIDFD_GETFD) {
		file = file_of(argument(call, 0));
		pid = file ? pid_of_pidfd(file) : NULL;
		if (pid)
			count_memory_of(pid, MEMORY_PIDFD_GETFD, 0);
	} else if (call->result > 0) {
		count_memory_at(argument(call, 0),
				call->class == CLASS_PROCESS_VM_READV ? MEMORY_PROCESS_VM_READV
								      : MEMORY_PROCESS_VM_WRITEV,
				clamp_result(call, MAX_RW_BYTES));
	}
	return 0;
}

static __always_inline void foreign_memory_call(const struct syscall *call)
{
	struct syscall same = *call;

	count_foreign_memory(&same);
}
