/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Subject: bytes that armed processes send. */

enum {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT = 2,
	TCP_SYN_RECV = 3,
};

static __always_inline void socket_state(struct sock *sk, int old_state, int new_state)
{
	struct socket_role role = {};

	if (new_state == TCP_SYN_SENT)
		role.role = ROLE_INITIATED;
	else if (old_state == TCP_SYN_RECV && new_state == TCP_ESTABLISHED)
		role.role = ROLE_ACCEPTED;
	else
		return;
	bpf_sk_storage_get(&socket_roles, sk, &role, BPF_SK_STORAGE_GET_F_CREATE);
}

static __always_inline void socket_egress(struct sock *sk, int result)
{
	struct receiver receiver;

	if (result > 0)
		count_send(sk, result);
	else
		take_receiver(&receiver);
}

static __always_inline void datagram_to_ipv4(struct bpf_sock_addr *context)
{
	__u8 address[ADDRESS_BYTES];

	if (!current_is_armed())
		return;
	map_ipv4(address, context->user_ip4);
	note_receiver(address, bpf_ntohs(context->user_port));
}

static __always_inline void datagram_to_ipv6(struct bpf_sock_addr *context)
{
	__u32 words[4];

	if (!current_is_armed())
		return;
	words[0] = context->user_ip6[0];
	words[1] = context->user_ip6[1];
	words[2] = context->user_ip6[2];
	words[3] = context->user_ip6[3];
	note_receiver((const __u8 *)words, bpf_ntohs(context->user_port));
}
