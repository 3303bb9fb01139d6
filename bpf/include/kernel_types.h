/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Only the kernel fields that are read, by hand, instead of a generated header of 134,000 lines.
 * Offsets are relocated against the running kernel; a field that moved is found by its name. A type
 * with three underscores is the same type under an older name of a field (libbpf's flavour rule).
 */
#ifndef MODELWARDEN_KERNEL_TYPES_H
#define MODELWARDEN_KERNEL_TYPES_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	long long counter;
} atomic64_t;

typedef struct {
	atomic64_t refcnt;
} file_ref_t;

typedef struct {
	__u32 val;
} kuid_t;

struct qstr {
	union {
		struct {
			__u32 hash;
			__u32 len;
		};
	};
	const unsigned char *name;
};

struct hlist_bl_node {
	struct hlist_bl_node **pprev;
};

struct hlist_node {
	struct hlist_node *next;
};

struct list_head {
	struct list_head *next;
};

struct hlist_head {
	struct hlist_node *first;
};

struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
	int s_stack_depth; /* not 0: its files lie on other file systems */
};

struct inode {
	unsigned short i_mode;
	__u32 i_rdev;
	struct super_block *i_sb;
	unsigned long i_ino;
	long long i_size;
	long long i_mtime_sec;
	long long i_ctime_sec;
	__u32 i_mtime_nsec;
	__u32 i_ctime_nsec;
	__u32 i_generation;
	atomic_t i_writecount; /* descriptors that may write; negative while it is executed */
	void *i_private;
};

struct address_space {
	struct inode *host;
};

struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	unsigned int f_mode;
	struct inode *f_inode;
	struct path f_path;
	long long f_pos;
	file_ref_t f_ref; /* 0: one reference */
	void *private_data;
};

/* Before 6.13 (commit 90ee6ed776c0). */
struct file___6_12 {
	atomic64_t f_count;
};

struct tty_struct {
	void *driver_data; /* of a pty's slave: its dentry */
};

struct tty_file_private {
	struct tty_struct *tty;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	atomic_t count; /* of those who share the table */
	struct fdtable *fdt;
};

struct fs_struct {
	struct path root;
};

struct ns_common {
	unsigned int inum;
};

struct mnt_namespace {
	struct ns_common ns;
};

struct pid_namespace {
	struct task_struct *child_reaper;
	unsigned int level;
	struct ns_common ns;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct hlist_head tasks[4];
	struct upid numbers[];
};

struct proc_inode {
	struct pid *pid;
	struct inode vfs_inode;
};

struct kernfs_node {
	const char *name;
	__u64 id;
};

struct cgroup_root;

struct cgroup {
	struct cgroup_root *root; /* of its hierarchy */
	int level;                /* 0 at the root of its hierarchy */
	struct kernfs_node *kn;
	struct cgroup *ancestors[]; /* from the root to itself; since 6.1 */
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

struct css_set {
	struct cgroup_subsys_state *subsys[16];
	struct cgroup *dfl_cgrp;
	struct list_head tasks; /* in the order in which they came */
};

enum cgroup_subsys_id {
	pids_cgrp_id = 11,
};

struct cred {
	kuid_t uid;
};

struct mm_struct {
	struct file *exe_file;
};

struct signal_struct {
	atomic_t live;
	int group_exit_code;
};

struct task_io_accounting {
	__u64 wchar; /* bytes that it wrote, by calls and while it dumped its core */
};

struct sigaction {
	void *sa_handler;
};

struct k_sigaction {
	struct sigaction sa;
};

struct kernel_siginfo;

struct thread_info {
	__u32 status;
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	unsigned int ptrace; /* not 0: by its parent */
	struct mm_struct *mm;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct task_struct *parent;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct hlist_node pid_links[4];
	__u64 start_boottime;
	__u64 self_exec_id;
	const struct cred *cred;
	char comm[16];
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct task_io_accounting ioac;
	struct css_set *cgroups;
	struct list_head cg_list;
};

struct linux_binprm {
	struct file *file;
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	unsigned long vm_flags;
	unsigned long vm_pgoff;
	struct file *vm_file;
};

struct pt_regs {
	unsigned long bp;
	unsigned long bx;
	unsigned long r10;
	unsigned long r9;
	unsigned long r8;
	unsigned long cx;
	unsigned long dx;
	unsigned long si;
	unsigned long di;
	unsigned long orig_ax;
};

struct in6_addr {
	union {
		__u8 u6_addr8[16];
		__u32 u6_addr32[4];
	} in6_u;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct sock_common {
	union {
		struct {
			__u32 skc_daddr;
			__u32 skc_rcv_saddr;
		};
	};
	union {
		struct {
			__u16 skc_dport;
			__u16 skc_num;
		};
	};
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	atomic64_t skc_cookie; /* 0 until it was asked for */
};

struct sock;

struct socket {
	short type;
	struct sock *sk;
};

struct socket_alloc {
	struct socket socket;
	struct inode vfs_inode;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
	__u16 sk_type;
	struct socket *sk_socket;
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct unix_address;

struct unix_sock {
	struct sock sk;
	struct unix_address *addr;
	struct sock *peer;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

struct bpf_iter__task_vma {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	struct vm_area_struct *vma;
};

struct io_uring_cqe {
	__u64 user_data;
	__s32 res;
};

struct io_uring_task {
	struct task_struct *task;
};

struct io_rsrc_node {
	unsigned long file_ptr; /* its low bits are flags */
};

struct io_rsrc_data {
	unsigned int nr;
	struct io_rsrc_node **nodes;
};

struct io_file_table {
	struct io_rsrc_data data; /* since 6.13 */
};

struct io_wq_work_node {
	struct io_wq_work_node *next;
};

struct io_wq_work_list {
	struct io_wq_work_node *first;
};

struct io_submit_state {
	struct io_wq_work_list compl_reqs;
};

struct io_ring_ctx {
	struct io_submit_state submit_state;
	struct io_file_table file_table;
};

struct io_cqe {
	__u64 user_data;
	__s32 res;
	int fd;
};

/* What an operation keeps in its request. */
struct io_cmd_data {
	struct file *file;
};

struct io_kiocb {
	struct file *file; /* of the operation */
	struct io_cmd_data cmd;
	__u8 opcode;
	unsigned int flags; /* the low eight are those of the submission */
	struct io_cqe cqe;
	struct io_ring_ctx *ctx;
	struct io_uring_task *tctx; /* since 6.13 */
	struct io_wq_work_node comp_list;
	void *async_data;
};

struct io_kiocb___6_12 {
	struct task_struct *task;
};

struct kiocb {
	long long ki_pos;
};

struct io_rw {
	struct kiocb kiocb;
	__u32 len; /* bytes, or parts of a vector */
};

struct iov_iter {
	unsigned long count;
};

struct io_async_rw {
	struct iov_iter iter;
};

struct io_splice {
	__u64 len;
	long long off_in;
	int splice_fd_in;
	unsigned int flags;
};

struct io_open {
	__u32 file_slot; /* 0: an ordinary descriptor, else one more than the slot */
};

struct btrfs_root {
	struct {
		__u64 objectid;
	} root_key;
};

struct btrfs_inode {
	struct btrfs_root *root;
	struct inode vfs_inode;
};

/* Before 6.11 the times were timespec64; before 6.6 without the underscores (commit 3aa63a569c64).
 */
struct timespec64 {
	long long tv_sec;
	long tv_nsec;
};

struct inode___times_6_6 {
	struct timespec64 __i_ctime;
};

struct inode___times_5 {
	struct timespec64 i_ctime;
};

struct inode___mtime_6_7 {
	struct timespec64 __i_mtime;
};

struct inode___mtime_5 {
	struct timespec64 i_mtime;
};

#pragma clang attribute pop

#endif
