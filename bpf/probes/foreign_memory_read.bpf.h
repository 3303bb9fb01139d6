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

static __noinline int process_memory_file_read(struct inode *inode, __u64 bytes)
{
	struct proc_inode *proc;
	struct pid *pid;

	if (!inode)
		return 0;
	proc = (void *)inode - bpf_core_field_offset(struct proc_inode, vfs_inode);
	pid = BPF_CORE_READ(proc, pid);
	if (pid)
		count_memory_read_of(pid, MEMORY_PROC_MEM, bytes);
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

static __always_inline void foreign_memory_read(const struct syscall *call)
{
	struct file *file;
	struct pid *pid;

	switch (call->class) {
	case CLASS_PROCESS_VM_READV:
		if (call->result > 0)
			count_memory_read_at(call->arguments[0], MEMORY_PROCESS_VM_READV,
					     clamp_result(call, MAX_RW_BYTES));
		break;
	case CLASS_PTRACE:
		/* The raw call returns 0 and stores a word. */
		if (call->arguments[0] == PTRACE_PEEKTEXT || call->arguments[0] == PTRACE_PEEKDATA)
			count_memory_read_at(call->arguments[1], MEMORY_PTRACE,
					     call->compat ? 4 : 8);
		break;
	case CLASS_PIDFD_GETFD:
		file = file_of(call->arguments[0]);
		pid = file ? pid_of_pidfd(file) : NULL;
		if (pid)
			count_memory_read_of(pid, MEMORY_PIDFD_GETFD, 0);
		break;
	default:
		break;
	}
}
