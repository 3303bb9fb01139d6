/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Subject: bytes that processes read from pipes and sockets into which an armed one can write. */

static __always_inline void pipe_read(struct inode *inode, __u64 bytes)
{
	__u64 channel;

	if (!channels_known || (inode->i_mode & S_IFMT) != S_IFIFO)
		return;
	channel = channel_of_inode(inode);
	if (may_be_channel(channel))
		data_read(channel, CHANNEL_PIPE, bytes);
}

static __always_inline void socket_read(struct sock *sk, int result)
{
	__u64 channel;

	if (result <= 0 || !channels_known)
		return;
	channel = channel_to(sk);
	if (channel && may_be_channel(channel))
		data_read(channel, CHANNEL_SOCKET, result);
}
