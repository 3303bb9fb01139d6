/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Channels: pipes, sockets and files by which data go from one process of the machine to another.
 * Known are pipes and sockets into which an armed process can write, from the moment it is armed: a
 * single write of a whole model returns after all of it was read at the other end. Files are known
 * when so much was written to them (staged.bpf.h).
 */
#ifndef MODELWARDEN_LIB_CHANNEL_H
#define MODELWARDEN_LIB_CHANNEL_H

enum {
	AF_UNIX = 1,
	AF_INET = 2,
	AF_INET6 = 10,
	IPPROTO_TCP = 6,
	IPPROTO_MPTCP = 262,
	SOCK_DGRAM = 2,
	MSG_PEEK = 2, /* what is only looked at is received later */
	CHANNEL_FILTER_LOG2 = 14,
	LOOPBACK_NETWORK = 127,
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct channel);
} channels SEC(".maps");

/* Some is known that is no file: only then is anything done for what is read of such. */
__u32 channels_known;

/* How many files are among them: without any nothing is done for what is read of files. */
__u32 staged_files;

/* How many channels share a hash. It saves nearly every read the look-up. */
__u32 channel_filter[1 << CHANNEL_FILTER_LOG2];

static __always_inline __u32 *filter_of_channel(__u64 id)
{
	return &channel_filter[id * 0x9e3779b97f4a7c15ULL >> (64 - CHANNEL_FILTER_LOG2)];
}

static __always_inline bool may_be_channel(__u64 id)
{
	return *filter_of_channel(id);
}

/* Ports are used again, and soon. */
static __always_inline bool is_stale(__u64 id, const struct channel *channel)
{
	return id >> 63 && bpf_ktime_get_boot_ns() - channel->last_ns > setting_share_window_ns;
}

/* Files leave half of the room to others: whoever writes many does not push out a pipe. */
static __always_inline bool has_room(__u32 kind)
{
	return kind != CHANNEL_FILE || staged_files < setting_staged_files;
}

static __always_inline bool add_channel(__u64 id, __u32 kind, __u32 hops, __u64 share_bytes)
{
	struct channel fresh = {.hops = hops, .share_bytes = share_bytes, .kind = kind};
	struct channel *channel = bpf_map_lookup_elem(&channels, &id);

	fresh.last_ns = bpf_ktime_get_boot_ns();
	if (channel) {
		channel->last_ns = fresh.last_ns;
		if (hops < channel->hops)
			channel->hops = hops;
		if (share_bytes < channel->share_bytes)
			channel->share_bytes = share_bytes;
		return true;
	}
	if (!has_room(kind) || bpf_map_update_elem(&channels, &id, &fresh, BPF_NOEXIST)) {
		if (bpf_map_lookup_elem(&channels, &id))
			return true;
		count_failure(FAILURE_CHANNEL_MAP_FULL);
		return false;
	}
	__sync_fetch_and_add(filter_of_channel(id), 1);
	if (kind == CHANNEL_FILE)
		__sync_fetch_and_add(&staged_files, 1);
	else
		channels_known = 1;
	return true;
}

static __always_inline bool remove_channel(__u64 id, __u32 kind)
{
	if (bpf_map_delete_elem(&channels, &id))
		return false;
	__sync_fetch_and_add(filter_of_channel(id), -1);
	if (kind == CHANNEL_FILE)
		__sync_fetch_and_add(&staged_files, -1);
	return true;
}

/*
 * How many bytes count as having come over, now that so many more were read: none while a server
 * says no more than it always does, and all of the window when it says more. The window does not
 * slide: half of a share in one of them is the least that a whole one within the same time leaves.
 * User space, which sees more, has the last word.
 */
static __always_inline __u64 bytes_over(struct channel *channel, __u64 bytes)
{
	__u64 now = bpf_ktime_get_boot_ns(), before;

	if (!channel->share_bytes)
		return bytes;
	if (now - channel->window_start_ns > setting_share_window_ns) {
		channel->window_start_ns = now;
		channel->window_bytes = 0;
	}
	before = __sync_fetch_and_add(&channel->window_bytes, bytes);
	if (before + bytes < channel->share_bytes / 2)
		return 0;
	return before < channel->share_bytes / 2 ? before + bytes : bytes;
}

/* The same number as that of stream_of_inode(), by loads. */
static __always_inline __u64 channel_of_inode(struct inode *inode)
{
	return (__u64)inode->i_sb->s_dev << 32 ^ inode->i_ino;
}

static __always_inline __u64 mix(__u64 hash, __u64 value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 29;
}

static __always_inline bool is_ipv4(const struct sock *sk)
{
	return sk->__sk_common.skc_family == AF_INET ||
	       (!sk->__sk_common.skc_v6_daddr.in6_u.u6_addr32[0] &&
		!sk->__sk_common.skc_v6_daddr.in6_u.u6_addr32[1] &&
		sk->__sk_common.skc_v6_daddr.in6_u.u6_addr32[2] == bpf_htonl(0xffff));
}

/*
 * A file under any name. Numbers are used again when a file is deleted, generations are not; only
 * overlayfs has none. User space counts the same (FileTable.channel).
 */
static __always_inline __u64 channel_of_file(struct inode *inode)
{
	__u64 version = (__u64)inode->i_sb->s_dev << 32 | inode->i_generation;

	return mix(mix(0, version), inode->i_ino) >> 2;
}

/* A connection to this machine, or container, itself: by 127.0.0.0/8 or an own address. */
static __always_inline bool is_loopback(const struct sock *sk)
{
	const struct sock_common *common = &sk->__sk_common;

	if (is_ipv4(sk))
		return (common->skc_daddr & 0xff) == LOOPBACK_NETWORK ||
		       common->skc_daddr == common->skc_rcv_saddr;
	for (int i = 0; i < 4; i++)
		if (common->skc_v6_daddr.in6_u.u6_addr32[i] !=
		    common->skc_v6_rcv_saddr.in6_u.u6_addr32[i])
			return false;
	return true;
}

/* The top bit tells them from inodes. */
static __always_inline __u64 channel_of_ports(const struct sock *sk, __u16 from, __u16 to)
{
	__u64 hash = mix(sk->sk_protocol, sk->__sk_common.skc_net.net->ns.inum);

	return mix(hash, (__u64)from << 16 | to) | 1ULL << 63;
}

static __always_inline __u64 channel_of_socket(struct sock *sk)
{
	struct socket *socket = kernel_object(sock, sk)->sk_socket;
	struct socket_alloc *both =
		(void *)socket - bpf_core_field_offset(struct socket_alloc, socket);

	return socket ? channel_of_inode(kernel_object(inode, &both->vfs_inode)) : 0;
}

static __always_inline bool is_tcp(const struct sock *sk)
{
	__u16 family = sk->__sk_common.skc_family;

	return (family == AF_INET || family == AF_INET6) &&
	       (sk->sk_protocol == IPPROTO_TCP || sk->sk_protocol == IPPROTO_MPTCP);
}

/* A unix socket that has a name and is connected is one that a listening one has made. */
static __always_inline __u32 role_of_unix(struct sock *sk)
{
	if (sk->__sk_common.skc_family != AF_UNIX)
		return ROLE_UNKNOWN;
	return sk->sk_type != SOCK_DGRAM && kernel_object(unix_sock, sk)->addr ? ROLE_ACCEPTED
									       : ROLE_INITIATED;
}

static __always_inline __u64 channel_of_cookie(__u64 cookie)
{
	return mix(cookie, AF_UNIX) >> 2 | 1ULL << 62;
}

/*
 * Where what is sent on a connected socket comes out on this machine; 0 if it does not. A stream
 * has the number of its sending end, because the other may not have been accepted yet.
 */
static __always_inline __u64 channel_from(struct sock *sk)
{
	struct sock *peer;

	if (sk->__sk_common.skc_family == AF_UNIX) {
		if (sk->sk_type != SOCK_DGRAM)
			return channel_of_socket(sk);
		peer = kernel_object(unix_sock, sk)->peer;
		return peer ? channel_of_socket(peer) : 0;
	}
	if (is_tcp(sk) && is_loopback(sk))
		return channel_of_ports(sk, sk->__sk_common.skc_num,
					bpf_ntohs(sk->__sk_common.skc_dport));
	return 0;
}

/* A stream whose sender has closed it has no inode any more, but the cookie of its first send. */
static __always_inline __u64 channel_to_unix(struct sock *sk)
{
	struct sock *peer;
	__u64 cookie;

	if (sk->sk_type == SOCK_DGRAM)
		return channel_of_socket(sk);
	peer = kernel_object(unix_sock, sk)->peer;
	if (!peer)
		return 0;
	cookie = kernel_object(sock, peer)->__sk_common.skc_cookie.counter;
	if (cookie && may_be_channel(channel_of_cookie(cookie)))
		return channel_of_cookie(cookie);
	return channel_of_socket(peer);
}

/* What this socket receives. A datagram may come from any port. */
static __always_inline __u64 channel_to(struct sock *sk)
{
	__u16 family = sk->__sk_common.skc_family;

	if (family == AF_UNIX)
		return channel_to_unix(sk);
	if (is_tcp(sk))
		return is_loopback(sk) ? channel_of_ports(sk, bpf_ntohs(sk->__sk_common.skc_dport),
							  sk->__sk_common.skc_num)
				       : 0;
	if (family == AF_INET || family == AF_INET6)
		return channel_of_ports(sk, 0, sk->__sk_common.skc_num);
	return 0;
}

#endif
