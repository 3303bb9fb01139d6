/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Subject: devices, sockets, file systems and calls by which bytes can pass where nothing counts
 * them by file.
 */

#define MAGIC_SMB1 0xff534d42
#define MAGIC_SMB2 0xfe534d42

enum {
	S_IFBLK = 0060000,
	MEMORY_MAJOR = 1,
	LOOP_MAJOR = 7, /* of block devices */
	MISC_MAJOR = 10,
	GPU_MAJOR = 195,
	GPU_RENDER_MAJOR = 226,
	RDMA_MAJOR = 231,
	MISC_VFIO = 196,
	MISC_FUSE = 229,
	MISC_KVM = 232,
	MISC_DEVICE_MAPPER = 236,
	MISC_LOOP_CONTROL = 237,
	MISC_VHOST_NET = 238,
	MISC_VHOST_VSOCK = 241,
	AF_RDS = 21,
	AF_ALG = 38,
	AF_XDP = 44,
	MAGIC_PROC = 0x9fa0,
	MAGIC_NFS = 0x6969,
	MAGIC_SMB = 0x517b,
	MAGIC_9P = 0x01021997,
	MAGIC_CEPH = 0x00c36400,
	MAGIC_AFS = 0x5346414f,
	MAGIC_FUSE = 0x65735546,
	KERNEL_MEMORY_BYTES = 1 << 30, /* no other file of procfs has a size like that */
	BPF_COMMAND_PROG_LOAD = 5,
	BPF_COMMAND_PROG_BY_ID = 13,
	BPF_COMMAND_MAP_BY_ID = 14,
	NO_BLIND_SPOT = BLIND_SPOT_COUNT,
};

static __always_inline bool is_block_device(struct inode *inode)
{
	return (inode->i_mode & S_IFMT) == S_IFBLK;
}

static __always_inline __u32 kind_of_misc_device(__u32 minor)
{
	switch (minor) {
	case MISC_FUSE:
		return BLIND_SPOT_FUSE;
	case MISC_KVM:
	case MISC_VHOST_NET:
	case MISC_VHOST_VSOCK:
		return BLIND_SPOT_VIRTUAL_MACHINE;
	case MISC_VFIO:
		return BLIND_SPOT_DEVICE_PASSTHROUGH;
	case MISC_DEVICE_MAPPER:
		return BLIND_SPOT_DEVICE_MAPPER;
	case MISC_LOOP_CONTROL:
		return BLIND_SPOT_LOOP_DEVICE;
	default:
		return NO_BLIND_SPOT;
	}
}

/* mem, kmem and port. */
static __always_inline bool is_memory_device(__u32 minor)
{
	return minor == 1 || minor == 2 || minor == 4;
}

static __always_inline __u32 kind_of_device(struct inode *inode)
{
	__u32 device = inode->i_rdev, major = device >> MINOR_BITS;
	__u32 minor = device & ((1 << MINOR_BITS) - 1);

	if (is_block_device(inode))
		return major == LOOP_MAJOR ? BLIND_SPOT_LOOP_DEVICE : BLIND_SPOT_BLOCK_DEVICE;
	if ((inode->i_mode & S_IFMT) != S_IFCHR)
		return NO_BLIND_SPOT;
	if (major == MISC_MAJOR)
		return kind_of_misc_device(minor);
	if (major == MEMORY_MAJOR)
		return is_memory_device(minor) ? BLIND_SPOT_KERNEL_MEMORY : NO_BLIND_SPOT;
	if (major == GPU_MAJOR || major == GPU_RENDER_MAJOR)
		return BLIND_SPOT_GPU;
	return major == RDMA_MAJOR ? BLIND_SPOT_RDMA : NO_BLIND_SPOT;
}

static __always_inline void device_opened(struct inode *inode)
{
	__u32 kind = kind_of_device(inode);

	if (kind != NO_BLIND_SPOT)
		note_blind_spot(kind, inode->i_rdev, 0);
}

/* Blocks of whatever file: an upper bound of what was taken of a model. */
static __always_inline void block_device_read(struct inode *inode, __u64 bytes)
{
	note_blind_spot(kind_of_device(inode), inode->i_rdev, bytes);
}

/* kcore, and vmcore after a crash. */
static __always_inline bool is_kernel_memory(struct inode *inode)
{
	return inode->i_size >= KERNEL_MEMORY_BYTES && inode->i_sb->s_magic == MAGIC_PROC;
}

static __always_inline __u32 kind_of_file_system(__u32 magic)
{
	switch (magic) {
	case MAGIC_FUSE:
		return BLIND_SPOT_FUSE;
	case MAGIC_NFS:
	case MAGIC_SMB:
	case MAGIC_SMB1:
	case MAGIC_SMB2:
	case MAGIC_9P:
	case MAGIC_CEPH:
	case MAGIC_AFS:
		return BLIND_SPOT_NETWORK_FILE_SYSTEM;
	default:
		return NO_BLIND_SPOT;
	}
}

/*
 * What is written there leaves by a process or a part of the kernel that has read no model: of
 * whoever holds one, all of it counts.
 */
static __always_inline void file_written(struct inode *inode, __u64 bytes)
{
	__u32 kind = kind_of_file_system(inode->i_sb->s_magic);
	struct process_key writer = {};

	if (kind == NO_BLIND_SPOT)
		return;
	read_process_key(bpf_get_current_task_btf(), &writer);
	if (find_armed(&writer))
		note_blind_spot(kind, inode->i_sb->s_dev, bytes);
}

static __always_inline void socket_made(__u32 family)
{
	if (family == AF_ALG)
		note_blind_spot(BLIND_SPOT_KERNEL_CRYPTO, 0, 0);
	else if (family == AF_XDP)
		note_blind_spot(BLIND_SPOT_RAW_NETWORK, 0, 0);
	else if (family == AF_RDS)
		note_blind_spot(BLIND_SPOT_RDMA, 0, 0);
}

/* The programs and maps of this object, by id: filled by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct own_object);
	__type(value, __u32);
} own_objects SEC(".maps");

/* By the argument: what it leads to can be changed under our eyes, but the caller gains nothing. */
static __always_inline void bpf_called(const struct syscall *call)
{
	__u32 command = argument(call, 0);
	struct own_object object = {.command = command};

	if (command == BPF_COMMAND_PROG_LOAD) {
		note_blind_spot(BLIND_SPOT_BPF_PROGRAM, 0, 0);
		return;
	}
	if (command != BPF_COMMAND_PROG_BY_ID && command != BPF_COMMAND_MAP_BY_ID)
		return;
	bpf_probe_read_user(&object.id, sizeof(object.id), (void *)argument(call, 1));
	if (bpf_map_lookup_elem(&own_objects, &object))
		note_blind_spot(BLIND_SPOT_AGENT_OBJECT, 0, 0);
}

static __always_inline void blind_spot_call(const struct syscall *call)
{
	if (call->class == CLASS_SOCKET)
		socket_made(argument(call, 0));
	else if (call->class == CLASS_BPF)
		bpf_called(call);
	else if (call->class == CLASS_KERNEL_MODULE)
		note_blind_spot(BLIND_SPOT_KERNEL_MODULE, 0, 0);
	else
		note_blind_spot(BLIND_SPOT_KERNEL_REPLACED, 0, 0);
}
