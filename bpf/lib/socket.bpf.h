/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* "The current task sent `bytes` on this socket": to whom, over what, and who began it. */
#ifndef MODELWARDEN_LIB_SOCKET_H
#define MODELWARDEN_LIB_SOCKET_H

enum {
	AF_NETLINK = 16,
	IPPROTO_UDP = 17,
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct flow_key);
	__type(value, struct totals);
} flows SEC(".maps");

struct socket_role {
	__u32 role;
};

/* Who began a connection, kept with the socket and gone with it. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct socket_role);
} socket_roles SEC(".maps");

struct receiver {
	__u8 address[ADDRESS_BYTES];
	__u16 port;
	__u8 type;
	__u8 known;
};

/* The address that a datagram names, from sendmsg to the end of the same send of the same thread.
 */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct receiver);
} receivers SEC(".maps");

struct scope_key {
	__u32 prefix_bits;
	__u8 address[ADDRESS_BYTES];
};

/* Networks by scope, filled by user space from the same list with which it classifies. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct scope_key);
	__type(value, __u32);
} peer_scopes SEC(".maps");

static __always_inline void map_ipv4(__u8 address[ADDRESS_BYTES], __u32 ipv4)
{
	__builtin_memset(address, 0, 10);
	address[10] = address[11] = 0xff;
	__builtin_memcpy(address + 12, &ipv4, sizeof(ipv4));
}

static __always_inline bool is_mapped_ipv4(const __u8 address[ADDRESS_BYTES])
{
	const __u32 *words = (const __u32 *)address;

	return !words[0] && !words[1] && words[2] == bpf_htonl(0xffff);
}

static __always_inline __u8 transport_of(const struct sock *sk)
{
	if (sk->__sk_common.skc_family == AF_UNIX)
		return TRANSPORT_UNIX;
	if (sk->__sk_common.skc_family != AF_INET && sk->__sk_common.skc_family != AF_INET6)
		return TRANSPORT_OTHER;
	if (sk->sk_protocol == IPPROTO_TCP || sk->sk_protocol == IPPROTO_MPTCP)
		return TRANSPORT_TCP;
	return sk->sk_protocol == IPPROTO_UDP ? TRANSPORT_UDP : TRANSPORT_OTHER;
}

/* Of 127.0.0.0/8, ::1, or the one that the socket is bound to. */
static __always_inline bool is_own_address(const struct sock *sk, const __u8 *address)
{
	const __u32 *words = (const __u32 *)address;

	if (is_mapped_ipv4(address))
		return address[12] == LOOPBACK_NETWORK || words[3] == sk->__sk_common.skc_rcv_saddr;
	return !words[0] && !words[1] && !words[2] && words[3] == bpf_htonl(1);
}

/* Takes the receiver that sendmsg noted, so that the next send cannot inherit it. */
static __always_inline bool take_receiver(struct receiver *receiver)
{
	struct receiver *noted =
		bpf_task_storage_get(&receivers, bpf_get_current_task_btf(), NULL, 0);

	if (!noted || !noted->known)
		return false;
	*receiver = *noted;
	noted->known = 0;
	return true;
}

static __always_inline void read_peer(const struct sock *sk, struct flow_key *key)
{
	struct receiver receiver = {};

	if (key->transport != TRANSPORT_TCP && take_receiver(&receiver)) {
		__builtin_memcpy(key->peer, receiver.address, ADDRESS_BYTES);
		key->port = receiver.port;
	} else if (sk->__sk_common.skc_family == AF_INET) {
		map_ipv4(key->peer, sk->__sk_common.skc_daddr);
		key->port = bpf_ntohs(sk->__sk_common.skc_dport);
	} else {
		__builtin_memcpy(key->peer, &sk->__sk_common.skc_v6_daddr, ADDRESS_BYTES);
		key->port = bpf_ntohs(sk->__sk_common.skc_dport);
	}
	key->type = is_mapped_ipv4(key->peer) ? TYPE_IPV4 : TYPE_IPV6;
}

/* A datagram socket has no connection that somebody accepted: whoever sends has begun. */
static __always_inline __u8 role_of(struct sock *sk, __u8 transport)
{
	struct socket_role *role;

	if (transport != TRANSPORT_TCP)
		return ROLE_INITIATED;
	role = bpf_sk_storage_get(&socket_roles, sk, NULL, 0);
	return role ? role->role : ROLE_UNKNOWN;
}

/* Beyond PEERS_PER_PROCESS only the scope is kept, so that a scan cannot fill the map. */
static __always_inline void fold_peer(struct flow_key *key)
{
	struct scope_key scope = {.prefix_bits = 8 * ADDRESS_BYTES};
	__u32 *found;

	__builtin_memcpy(scope.address, key->peer, ADDRESS_BYTES);
	found = bpf_map_lookup_elem(&peer_scopes, &scope);
	key->scope = found ? *found : SCOPE_PUBLIC;
	__builtin_memset(key->peer, 0, ADDRESS_BYTES);
	key->port = 0;
}

__noinline int count_first_send(struct flow_key *key, __u64 bytes)
{
	struct totals fresh = {}, *count;
	struct process_facts *process;

	if (!key)
		return 0;
	process = bpf_map_lookup_elem(&processes, &key->process);
	if (!process)
		return 0;
	if (key->type != TYPE_NONE &&
	    __sync_fetch_and_add(&process->peer_count, 1) >= PEERS_PER_PROCESS)
		fold_peer(key);
	begin_totals(&fresh, bytes);
	if (!bpf_map_update_elem(&flows, key, &fresh, BPF_NOEXIST)) {
		ring(DOORBELL_NEW_FLOW, &key->process);
		return 0;
	}
	count = bpf_map_lookup_elem(&flows, key);
	if (count) {
		add_to_totals(count, bytes);
		return 0;
	}
	count_failure(FAILURE_FLOW_MAP_FULL);
	return count_elsewhere(&key->process, 0, bytes);
}

static __always_inline void count_flow(struct flow_key *key, __u64 bytes)
{
	struct totals *count = bpf_map_lookup_elem(&flows, key);

	if (count)
		add_to_totals(count, bytes);
	else
		count_first_send(key, bytes);
}

/* Some runtimes give sockets as standard streams. */
static __always_inline __u32 session_left_by_socket(struct sock *sk)
{
	if (!sessions_hold || sk->__sk_common.skc_family != AF_UNIX)
		return 0;
	return session_left_by(stream_of_socket(sk));
}

/* What stays on this machine may go on from whoever receives it. */
static __always_inline void pass_on(struct sock *sk, const struct flow_key *key,
				    const struct process_facts *process, __u64 bytes)
{
	__u32 role = key->transport == TRANSPORT_UNIX ? role_of_unix(sk) : key->role;
	__u64 channel = 0;

	if (is_answer(process, role))
		return;
	if (key->transport == TRANSPORT_UNIX && sk->sk_type != SOCK_DGRAM)
		channel = channel_of_cookie(bpf_get_socket_cookie(sk));
	else if (key->transport != TRANSPORT_UDP)
		channel = channel_from(sk);
	else if (is_own_address(sk, key->peer))
		channel = channel_of_ports(sk, 0, key->port);
	if (channel)
		data_written(channel, CHANNEL_SOCKET, role, bytes);
}

/* Only armed processes pay more than one look-up here. */
static __always_inline void count_send(struct sock *sk, __u64 bytes)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct process_facts *process;
	struct flow_key key = {};
	__u32 session;

	read_process_key(task, &key.process);
	if (task->flags & PF_KTHREAD || sk->__sk_common.skc_family == AF_NETLINK)
		return;
	session = session_left_by_socket(sk);
	process = find_armed_in(session, &key.process);
	if (!process) {
		if (cgroups_watched)
			count_unarmed_send(bytes);
		return;
	}
	key.transport = transport_of(sk);
	key.role = role_of(sk, key.transport);
	key.type = TYPE_NONE;
	if (sk->__sk_common.skc_family == AF_INET || sk->__sk_common.skc_family == AF_INET6)
		read_peer(sk, &key);
	else if (key.transport == TRANSPORT_UNIX)
		key.scope = session ? SCOPE_EXEC_STDIO : SCOPE_LOCAL;
	else
		key.scope = SCOPE_OUTSIDE;
	if (key.scope != SCOPE_EXEC_STDIO)
		pass_on(sk, &key, process, bytes);
	if (key.role == ROLE_ACCEPTED)
		key.port = 0;
	count_flow(&key, bytes);
}

static __always_inline bool current_is_armed(void)
{
	struct process_key key = {};

	read_process_key(bpf_get_current_task_btf(), &key);
	return find_armed(&key) != NULL;
}

static __always_inline void note_receiver(const __u8 address[ADDRESS_BYTES], __u16 port)
{
	struct receiver *receiver;

	receiver = bpf_task_storage_get(&receivers, bpf_get_current_task_btf(), NULL,
					BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!receiver) {
		count_failure(FAILURE_PEER_UNRESOLVED);
		return;
	}
	__builtin_memcpy(receiver->address, address, ADDRESS_BYTES);
	receiver->port = port;
	receiver->known = 1;
}

#endif
