/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * System calls at their exit: which class, with which arguments, in either table of x86-64. The
 * arguments are still in the registers then, so no program is needed at the entry. Descriptors,
 * pids and the arguments of 32-bit calls are cut to 32 bits as the kernel does: a thief who leaves
 * dirt in the upper half of a register is seen all the same.
 */
#ifndef MODELWARDEN_LIB_SYSCALL_H
#define MODELWARDEN_LIB_SYSCALL_H

enum {
	SYSCALLS = 548, /* the last are those that only x32 has */
	TS_COMPAT = 2,
	X32_BIT = 0x40000000,
	MAX_RW_BYTES = 0x7ffff000,
};

enum syscall_class {
	CLASS_NONE,
	/* Reads of a file … */
	CLASS_READ,  /* (fd, buffer, length) */
	CLASS_PREAD, /* (fd, buffer, length, offset) */
	CLASS_READV, /* (fd, vector, count): the length is in user memory, which may have changed */
	CLASS_PREADV, /* (fd, vector, count, offset); -1 is the file's position */
	/* … that also write to one … */
	CLASS_SENDFILE,        /* (out, in, offset, length) */
	CLASS_SPLICE,          /* (in, offset, out, offset, length) */
	CLASS_COPY_FILE_RANGE, /* (in, offset, out, offset, length) */
	/* … and writes alone: the order serves the dispatch. */
	CLASS_WRITE,
	CLASS_WRITEV,
	CLASS_VMSPLICE,   /* (pipe, vector, count, flags) */
	CLASS_TEE,        /* (in, out, length, flags) */
	CLASS_MMAP,       /* (address, length, protection, flags, fd, offset) */
	CLASS_MMAP_PAGES, /* the same with the offset in pages */
	CLASS_MMAP_OLD,   /* (arguments), in user memory */
	CLASS_MREMAP,     /* (address, length, new length, …) */
	CLASS_OPEN,       /* returns the descriptor */
	CLASS_CONNECT,    /* (fd, …) */
	CLASS_ACCEPT,     /* returns a descriptor */
	CLASS_SETNS,      /* (fd, kinds) */
	CLASS_IO_SUBMIT,  /* (context, count, requests), returns how many it took */
	CLASS_IOCTL,      /* (fd, command, …) */
	CLASS_SOCKET,     /* (family, …) */
	CLASS_BPF,        /* (command, attributes, …) */
	CLASS_KERNEL_MODULE,
	CLASS_KERNEL_REPLACED,   /* kexec */
	CLASS_PROCESS_VM_READV,  /* (pid, …) */
	CLASS_PROCESS_VM_WRITEV, /* (pid, …) */
	CLASS_PTRACE,            /* (request, pid, address, data) */
	CLASS_PIDFD_GETFD,       /* (pidfd, …), returns a descriptor */
};

/* Of a number in both tables: they lie side by side, because every call asks both. */
struct syscall_classes {
	__u8 native;
	__u8 ia32;
};

static const struct syscall_classes syscall_classes[SYSCALLS] = {
	[0] = {.native = CLASS_READ},
	[1] = {.native = CLASS_WRITE},
	[2] = {.native = CLASS_OPEN},
	[9] = {.native = CLASS_MMAP},
	[16] = {.native = CLASS_IOCTL},
	[17] = {.native = CLASS_PREAD}, /* pread64 */
	[18] = {.native = CLASS_WRITE}, /* pwrite64 */
	[19] = {.native = CLASS_READV},
	[20] = {.native = CLASS_WRITEV},
	[25] = {.native = CLASS_MREMAP},
	[40] = {.native = CLASS_SENDFILE},
	[41] = {.native = CLASS_SOCKET},
	[42] = {.native = CLASS_CONNECT},
	[43] = {.native = CLASS_ACCEPT},
	[85] = {.native = CLASS_OPEN}, /* creat */
	[101] = {.native = CLASS_PTRACE},
	[175] = {.native = CLASS_KERNEL_MODULE},   /* init_module */
	[246] = {.native = CLASS_KERNEL_REPLACED}, /* kexec_load */
	[209] = {.native = CLASS_IO_SUBMIT},
	[257] = {.native = CLASS_OPEN}, /* openat */
	[275] = {.native = CLASS_SPLICE},
	[276] = {.native = CLASS_TEE},
	[278] = {.native = CLASS_VMSPLICE},
	[288] = {.native = CLASS_ACCEPT},                     /* accept4 */
	[295] = {.native = CLASS_PREADV, .ia32 = CLASS_OPEN}, /* preadv, openat */
	[296] = {.native = CLASS_WRITEV},                     /* pwritev */
	[304] = {.native = CLASS_OPEN},                       /* open_by_handle_at */
	[308] = {.native = CLASS_SETNS},
	[310] = {.native = CLASS_PROCESS_VM_READV},
	[311] = {.native = CLASS_PROCESS_VM_WRITEV},
	[313] = {.native = CLASS_KERNEL_MODULE, .ia32 = CLASS_SPLICE}, /* finit_module */
	[320] = {.native = CLASS_KERNEL_REPLACED},                     /* kexec_file_load */
	[321] = {.native = CLASS_BPF},
	[326] = {.native = CLASS_COPY_FILE_RANGE},
	[327] = {.native = CLASS_PREADV},                   /* preadv2 */
	[328] = {.native = CLASS_WRITEV},                   /* pwritev2 */
	[437] = {.native = CLASS_OPEN, .ia32 = CLASS_OPEN}, /* openat2 */
	[438] = {.native = CLASS_PIDFD_GETFD, .ia32 = CLASS_PIDFD_GETFD},
	/* Of x32 */
	[514] = {.native = CLASS_IOCTL},
	[515] = {.native = CLASS_READV},
	[516] = {.native = CLASS_WRITEV},
	[521] = {.native = CLASS_PTRACE},
	[532] = {.native = CLASS_VMSPLICE},
	[534] = {.native = CLASS_PREADV}, /* preadv */
	[535] = {.native = CLASS_WRITEV}, /* pwritev */
	[539] = {.native = CLASS_PROCESS_VM_READV},
	[546] = {.native = CLASS_PREADV}, /* preadv2 */
	[547] = {.native = CLASS_WRITEV}, /* pwritev2 */
	/* Of 32-bit calls */
	[3] = {.ia32 = CLASS_READ},
	[4] = {.ia32 = CLASS_WRITE},
	[5] = {.ia32 = CLASS_OPEN},
	[8] = {.ia32 = CLASS_OPEN}, /* creat */
	[26] = {.ia32 = CLASS_PTRACE},
	[54] = {.ia32 = CLASS_IOCTL},
	[90] = {.ia32 = CLASS_MMAP_OLD},
	[128] = {.ia32 = CLASS_KERNEL_MODULE}, /* init_module */
	[145] = {.ia32 = CLASS_READV},
	[146] = {.ia32 = CLASS_WRITEV},
	[163] = {.ia32 = CLASS_MREMAP},
	[180] = {.ia32 = CLASS_PREAD}, /* pread64 */
	[181] = {.ia32 = CLASS_WRITE}, /* pwrite64 */
	[187] = {.ia32 = CLASS_SENDFILE},
	[192] = {.ia32 = CLASS_MMAP_PAGES}, /* mmap2 */
	[239] = {.ia32 = CLASS_SENDFILE},   /* sendfile64 */
	[283] = {.ia32 = CLASS_KERNEL_REPLACED},
	[248] = {.ia32 = CLASS_IO_SUBMIT},
	[315] = {.ia32 = CLASS_TEE},
	[316] = {.ia32 = CLASS_VMSPLICE},
	[333] = {.ia32 = CLASS_PREADV}, /* preadv */
	[334] = {.ia32 = CLASS_WRITEV}, /* pwritev */
	[342] = {.ia32 = CLASS_OPEN},   /* open_by_handle_at */
	[346] = {.ia32 = CLASS_SETNS},
	[347] = {.ia32 = CLASS_PROCESS_VM_READV},
	[348] = {.ia32 = CLASS_PROCESS_VM_WRITEV},
	[350] = {.ia32 = CLASS_KERNEL_MODULE}, /* finit_module */
	[357] = {.ia32 = CLASS_BPF},
	[359] = {.ia32 = CLASS_SOCKET},
	[362] = {.ia32 = CLASS_CONNECT},
	[364] = {.ia32 = CLASS_ACCEPT}, /* accept4 */
	[377] = {.ia32 = CLASS_COPY_FILE_RANGE},
	[378] = {.ia32 = CLASS_PREADV}, /* preadv2 */
	[379] = {.ia32 = CLASS_WRITEV}, /* pwritev2 */
};

struct syscall {
	struct task_struct *task;
	struct pt_regs *regs;
	__s64 result;
	enum syscall_class class;
	bool compat; /* whether it is one of the 32-bit table */
};

/* Only 64-bit calls may have the x32 bit; the kernel refuses a 32-bit one. */
static __always_inline enum syscall_class class_of(const struct pt_regs *regs, bool compat)
{
	__u32 number = (__u32)regs->orig_ax & ~X32_BIT;

	if (number >= SYSCALLS)
		return CLASS_NONE;
	return compat ? syscall_classes[number].ia32 : syscall_classes[number].native;
}

static __always_inline bool is_read_class(enum syscall_class class)
{
	return class >= CLASS_READ && class <= CLASS_COPY_FILE_RANGE;
}

/* One of six, from 0 on: most calls are asked for one or two. */
static __always_inline __u64 argument(const struct syscall *call, __u32 number)
{
	const struct pt_regs *regs = call->regs;

	switch (number) {
	case 0:
		return call->compat ? (__u32)regs->bx : regs->di;
	case 1:
		return call->compat ? (__u32)regs->cx : regs->si;
	case 2:
		return call->compat ? (__u32)regs->dx : regs->dx;
	case 3:
		return call->compat ? (__u32)regs->si : regs->r10;
	case 4:
		return call->compat ? (__u32)regs->di : regs->r8;
	default:
		return call->compat ? (__u32)regs->bp : regs->r9;
	}
}

/*
 * False for all but a call of interest that succeeded. Most calls of a machine are in neither
 * table: they leave before anything else is looked at. Only 64-bit calls may have the x32 bit; the
 * kernel refuses a 32-bit one.
 */
static __always_inline bool decode_syscall(struct pt_regs *regs, long result, struct syscall *call)
{
	__u32 number = (__u32)regs->orig_ax & ~X32_BIT;

	if (number >= SYSCALLS || !(syscall_classes[number].native | syscall_classes[number].ia32))
		return false;
	call->task = bpf_get_current_task_btf();
	call->compat = call->task->thread_info.status & TS_COMPAT;
	call->class = call->compat ? syscall_classes[number].ia32 : syscall_classes[number].native;
	if (call->class == CLASS_NONE)
		return false;
	/* An address may look negative to nobody but an error: those are the last 4095 values. */
	if ((__u64)result >= (__u64)-4095 || (!result && is_read_class(call->class))) {
		if (setting_race_witness && is_read_class(call->class))
			take_witness();
		return false;
	}
	call->result = result;
	call->regs = regs;
	return true;
}

/*
 * The file behind a descriptor of a task, or NULL. It may be gone: loads are safe. An element of an
 * array of pointers has no type that loads directly, but a struct that begins with a pointer has.
 */
static __always_inline struct file *file_of_task(struct task_struct *task, __u32 descriptor)
{
	struct fdtable *table = task->files->fdt;
	void *file;

	if (descriptor >= table->max_fds)
		return NULL;
	file = kernel_object(hlist_head, &table->fd[descriptor])->first;
	return file ? kernel_object(file, file) : NULL;
}

static __always_inline struct file *file_of(__u32 descriptor)
{
	return file_of_task(bpf_get_current_task_btf(), descriptor);
}

/* An offset is one register, or two halves of 32 bits. */
static __always_inline __u64 offset_argument(const struct syscall *call)
{
	__u64 offset = argument(call, 3);

	return call->compat ? offset | argument(call, 4) << 32 : offset;
}

/* A forged result (a seccomp notifier can return any) is worth no more than was asked for. */
static __always_inline __u64 clamp_result(const struct syscall *call, __u64 requested)
{
	__u64 limit = requested < MAX_RW_BYTES ? requested : MAX_RW_BYTES;

	if ((__u64)call->result <= limit)
		return call->result;
	count_failure(FAILURE_VALUE_CLAMPED);
	return limit;
}

#endif
