/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Streams: what a process may have been given as standard input, output and error. */
#ifndef MODELWARDEN_LIB_STDIO_H
#define MODELWARDEN_LIB_STDIO_H

enum {
	S_IFIFO = 0010000,
	S_IFCHR = 0020000,
	S_IFSOCK = 0140000,
	STANDARD_STREAMS = 3,
	MINOR_BITS = 20,
	PTY_SLAVE_MAJOR = 136, /* and the seven after it */
	PTY_SLAVE_MAJORS = 8,
	CONTROLLING_TERMINAL = 5 << MINOR_BITS, /* /dev/tty */
};

/* The cheap test before any other: what can be neither a pipe nor a terminal. */
static __always_inline bool may_be_stream(struct inode *inode)
{
	__u32 type = inode->i_mode & S_IFMT;

	return type == S_IFIFO || type == S_IFCHR;
}

/* Pipes, terminals and sockets are in file systems whose inode numbers have 32 bits. */
static __always_inline __u64 stream_of_inode(struct inode *inode)
{
	return (__u64)BPF_CORE_READ(inode, i_sb, s_dev) << 32 ^ BPF_CORE_READ(inode, i_ino);
}

/* The slave that /dev/tty stands for is known to its driver by its name in devpts. */
static __always_inline struct inode *controlling_terminal(struct file *file)
{
	struct tty_file_private *opened = BPF_CORE_READ(file, private_data);
	struct dentry *slave = BPF_CORE_READ(opened, tty, driver_data);

	return BPF_CORE_READ(slave, d_inode);
}

/* Identity of a pipe, a socket or a terminal, however it was opened; 0 of anything else. */
static __always_inline __u64 stream_of(struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	__u32 type = BPF_CORE_READ(inode, i_mode) & S_IFMT;
	__u32 device = BPF_CORE_READ(inode, i_rdev);

	if (type == S_IFIFO || type == S_IFSOCK)
		return stream_of_inode(inode);
	if (type != S_IFCHR)
		return 0;
	if (device == CONTROLLING_TERMINAL)
		return stream_of_inode(controlling_terminal(file));
	if ((device >> MINOR_BITS) - PTY_SLAVE_MAJOR < PTY_SLAVE_MAJORS)
		return stream_of_inode(inode);
	return 0;
}

static __always_inline __u64 stream_of_socket(struct sock *sk)
{
	struct socket *socket = BPF_CORE_READ(sk, sk_socket);
	struct socket_alloc *both =
		(void *)socket - bpf_core_field_offset(struct socket_alloc, socket);

	return socket ? stream_of_inode(&both->vfs_inode) : 0;
}

#endif
