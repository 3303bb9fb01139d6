/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every layout that the kernel side and the Java side share, written once. Java binds the fields by
 * name from the object's BTF; SHARE_LAYOUT() keeps a struct there even if only maps of bytes use
 * it.
 *
 * Times are CLOCK_BOOTTIME nanoseconds. Sizes and counts of bytes are bytes. Addresses and ports
 * are in network byte order for addresses, in host byte order for ports.
 */
#ifndef MODELWARDEN_EVENT_H
#define MODELWARDEN_EVENT_H

#define SHARE_LAYOUT(type) const struct type *layout_##type __attribute__((unused))
#define SHARE_ENUM(type)   const enum type *layout_##type __attribute__((unused))

enum {
	EXECUTABLE_NAME_BYTES = 16,
	TEXT_BYTES = 1024,
	COMPONENT_BYTES = 256, /* a file name has 255 at most */
	ADDRESS_BYTES = 16,
	MAPPING_RANGES = 16,
	COVERAGE_WORDS = 8,
	COVERAGE_SLOTS = 64 * COVERAGE_WORDS,
	PEERS_PER_PROCESS = 64,
};

/*
 * One image of a process: thread group, start of its leader and the number of execs before. A pid
 * is reused, this is not; after an exec the same process is another image, because it dropped the
 * memory into which it had read.
 */
struct process_key {
	__u32 tgid;
	__u32 exec_id;
	__u64 start_time_ns;
};

enum process_flag {
	PROCESS_INHERITED = 1, /* armed by its parent's mark, at fork */
	PROCESS_RECOVERED = 2, /* found by an iterator when the agent started */
	PROCESS_EXECUTED = 4,  /* armed by the image before it, at exec */
	PROCESS_EXITED = 8,
	PROCESS_REPLACED = 16, /* an exec put another image in its place */
	PROCESS_SESSION = 32,  /* armed by its exec session, when it wrote out of it */
	PROCESS_PASSED = 64,   /* armed by what it read from a pipe or a socket */
};

/* What workloads.include and workloads.exclude make of a cgroup. One without a verdict is counted.
 */
enum cgroup_verdict {
	CGROUP_UNDECIDED = 1, /* user space has to decide */
	CGROUP_SELECTED = 2,
	CGROUP_LEFT_OUT = 3,
};

enum process_entrance {
	ENTRANCE_UNKNOWN = 0,    /* came in from nowhere that is known: a process of the machine */
	ENTRANCE_ENTRYPOINT = 1, /* descends from what its container was started with */
	ENTRANCE_EXEC = 2,       /* descends from what was brought into a running container */
	ENTRANCE_HOST = 3,       /* has left the mounts of its container for others */
};

/* Facts of a process that is armed: it opened, mapped or inherited a model or an undecided file. */
struct process_facts {
	struct process_key
		parent; /* the image that forked or executed it; zero if that is not armed */
	__u64 cgroup_id;
	__u64 armed_ns;
	__u64 end_ns;               /* exit or replacement, 0 while it lives */
	__u64 uncounted_read_bytes; /* read while the counter map was full */
	__u64 uncounted_sent_bytes; /* sent while the flow map was full */
	__u64 touches; /* how often it took a model or an undecided file; 0: armed no longer */
	__u64 container_start_ns; /* of the first process of its container or cgroup */
	__u64 share_bytes; /* of what it took first, that must cross a channel if it is a server */
	__u32 parent_tgid;
	__u32 user_id;
	__u32 mount_namespace; /* at its last first touch of a file */
	__u32 pid_namespace;
	__u32 flags; /* enum process_flag */
	__u32 peer_count;
	__u32 entrance; /* enum process_entrance, when it was armed */
	__u32 session;  /* number of its exec session, 0 if it is in none */
	__u32 hops;     /* channels between it and who took the data; 0: it did itself */
	__u32 looked;   /* its descriptors were looked at; what inherits has others */
	char name[EXECUTABLE_NAME_BYTES];
};

/* A file as the kernel knows it, whatever its names are. */
struct file_key {
	__u32 device; /* s_dev of the super block, not what stat(2) says on overlayfs and btrfs */
	__u32 generation;
	__u64 inode;
	__u64 subvolume; /* btrfs only, else 0 */
};

enum file_verdict {
	FILE_UNDECIDED = 1, /* counted, user space has to look at it */
	FILE_MODEL = 2,
	FILE_ORDINARY = 3,
};

/* Whether a cgroup that is counted has had the file: only then is it counted for those left out. */
enum file_holder {
	HOLDER_NONE = 0,
	HOLDER_UNDECIDED = 1, /* nobody has decided yet on the cgroup */
	HOLDER_SELECTED = 2,
};

enum file_reason {
	REASON_SUFFIX = 1,
	REASON_PATH = 2,
	REASON_CONTENT = 3,
	REASON_SIZE = 4, /* big enough to look at its content */
};

struct file_facts {
	__u64 size_bytes;
	__s64 modify_time_ns;
	__s64 change_time_ns; /* the verdict is bound to size and change time */
	__u64 first_seen_ns;
	__u32 id; /* never reused; a reused inode gets another one */
	__u16 verdict;
	__u16 reason;
	__u32 holder; /* enum file_holder */
	__u32 reserved;
};

/* What a counter holds, whatever it counts. It only grows. */
struct totals {
	__u64 bytes;
	__u64 operations;
	__u64 first_ns;
	__u64 last_ns;   /* of the first operation in the last tick */
	__u64 last_tick; /* of the kernel, 1 to 10 ms */
};

/*
 * Which parts of a file were taken: one bit for each of at most COVERAGE_SLOTS slots of equal size,
 * a power of two. Bytes whose place is not known for sure may be any.
 */
struct coverage {
	__u32 slot_shift; /* by the size that the file had at first */
	__u32 begun;
	__u64 unplaced_bytes;
	__u64 slots[COVERAGE_WORDS];
};

/* Two cache lines, so that a read of one place touches two at most. */
struct access_count {
	struct totals totals;
	struct coverage coverage; /* of reads */
	__u64 reserved;
};

enum access_method {
	METHOD_READ = 1,
	METHOD_SENDFILE = 2,
	METHOD_SPLICE = 3,
	METHOD_COPY_FILE_RANGE = 4,
	METHOD_WRITE = 5,
	METHOD_IO_URING = 6,
	METHOD_AIO = 7,
	METHOD_FICLONE = 8, /* also of a range */
};

enum access_direction {
	DIRECTION_READ = 1,
	DIRECTION_WRITE = 2,
};

struct access_key {
	struct process_key process;
	__u32 file_id;
	__u16 method;
	__u16 direction;
};

struct mapping_key {
	struct process_key process;
	__u32 file_id;
	__u32 reserved;
};

struct byte_range {
	__u64 start;
	__u64 end; /* exclusive */
};

/* A union of ranges of one file, in no order, without overlap. */
struct range_set {
	__u64 bytes;
	__u32 count;
	__u32 reserved;
	struct byte_range ranges[MAPPING_RANGES];
};

struct mapping_count {
	__u64 operations;
	__u64 first_ns;
	__u64 last_ns;
	__u32 live_sample; /* the sample that live belongs to */
	struct bpf_spin_lock lock;
	struct range_set distinct; /* ever mapped by calls that were seen */
	struct range_set live;     /* mapped at the last sample */
	struct coverage coverage;  /* of the distinct ones */
};

enum flow_transport {
	TRANSPORT_TCP = 1,
	TRANSPORT_UDP = 2,
	TRANSPORT_UNIX = 3,
	TRANSPORT_OTHER = 4, /* vsock, packet, raw and other families that leave the process */
	TRANSPORT_PIPE = 5,  /* also a terminal */
};

enum flow_role {
	ROLE_UNKNOWN = 1, /* the socket is older than the agent, or it is a pipe */
	ROLE_INITIATED = 2,
	ROLE_ACCEPTED = 3,
};

enum flow_type {
	TYPE_NONE = 1,
	TYPE_IPV4 = 2,
	TYPE_IPV6 = 3,
};

enum peer_scope {
	SCOPE_UNSET = 0, /* the address is in the key, user space classifies it */
	SCOPE_LOOPBACK = 1,
	SCOPE_NODE = 2,
	SCOPE_PROXY = 3,
	SCOPE_POD = 4,
	SCOPE_CLUSTER = 5,
	SCOPE_OUTSIDE = 6,
	SCOPE_PRIVATE = 7,
	SCOPE_PUBLIC = 8,
	SCOPE_LOCAL = 9,
	SCOPE_EXEC_STDIO = 10,
};

struct flow_key {
	struct process_key process;
	__u8 peer[ADDRESS_BYTES]; /* IPv4 as v4-mapped; zero when scope says where it went */
	__u16 port; /* of the peer; 0 on accepted sockets: a client's port says nothing */
	__u8 transport;
	__u8 role;
	__u8 type;
	__u8 scope; /* set where the key has no peer */
	__u16 reserved;
};

/* What is written goes from the reader to the victim: user space knows which of them holds what. */
enum memory_method {
	MEMORY_PROCESS_VM_READV = 1,
	MEMORY_PTRACE = 2,
	MEMORY_PROC_MEM = 3,
	MEMORY_PIDFD_GETFD = 4,
	MEMORY_PROCESS_VM_WRITEV = 5,
	MEMORY_PTRACE_WRITE = 6,
	MEMORY_PROC_MEM_WRITE = 7,
	MEMORY_CORE_DUMP = 8, /* by the victim itself, as it dies */
};

struct memory_key {
	struct process_key reader;
	struct process_key victim;
	__u32 method;
	__u32 reserved;
};

/* Ways on which bytes are not counted by file; the names become label values. */
enum blind_spot_kind {
	BLIND_SPOT_BLOCK_DEVICE, /* raw, and what a device mapper or LVM made */
	BLIND_SPOT_LOOP_DEVICE,
	BLIND_SPOT_DEVICE_MAPPER,
	BLIND_SPOT_FUSE, /* its device, or files on it that a holder of a model writes */
	BLIND_SPOT_NETWORK_FILE_SYSTEM,
	BLIND_SPOT_KERNEL_CRYPTO, /* AF_ALG */
	BLIND_SPOT_RAW_NETWORK,   /* AF_XDP */
	BLIND_SPOT_RDMA,
	BLIND_SPOT_GPU, /* what it holds leaves by CUDA IPC and GPUDirect unseen */
	BLIND_SPOT_DEVICE_PASSTHROUGH,
	BLIND_SPOT_VIRTUAL_MACHINE,
	BLIND_SPOT_KERNEL_MEMORY,
	BLIND_SPOT_KERNEL_MODULE,
	BLIND_SPOT_KERNEL_REPLACED, /* kexec */
	BLIND_SPOT_BPF_PROGRAM,
	BLIND_SPOT_AGENT_OBJECT, /* a program or map of the agent */
	BLIND_SPOT_COUNT,
};

struct blind_spot_key {
	struct process_key process;
	__u32 kind;
	__u32 device; /* as the kernel numbers it: 12 bits of major, 20 of minor */
};

struct blind_spot {
	struct totals totals; /* bytes read of a block device, written to a file system */
	struct process_facts process;
};

struct own_object {
	__u32 command; /* of bpf(2), by which it would be opened */
	__u32 id;
};

/* What data of one process reach another by. */
enum channel_kind {
	CHANNEL_PIPE = 1,   /* also a named one */
	CHANNEL_SOCKET = 2, /* of this machine: unix, TCP and UDP over loopback */
	CHANNEL_FILE = 3,   /* a regular one that is no model, also in memory */
};

/* Its id is that of the receiving end: a pipe's, socket's or file's inode, or a pair of ports. */
struct channel {
	__u64 last_ns; /* of the last write or registration */
	__u64 window_start_ns;
	__u64 window_bytes; /* read since then */
	__u64 share_bytes;  /* that must be read in a window; 0: the first byte counts */
	__u32 hops;         /* of the writer that is the nearest to the model */
	__u32 kind;         /* enum channel_kind */
};

/* Bytes that an armed process wrote to a channel or read from it; without any: it can write. */
struct transfer_key {
	struct process_key process;
	__u64 channel;
	__u8 kind;      /* enum channel_kind */
	__u8 direction; /* enum access_direction */
	__u8 role;      /* enum flow_role of a socket that is written to */
	__u8 reserved[5];
};

/* Strings lie apart from the facts: paths of files as a mount namespace sees them, executables. */
enum text_kind {
	TEXT_FILE_PATH = 1,
	TEXT_EXECUTABLE = 2,
	TEXT_CGROUP = 3, /* path in the pids hierarchy; empty at its root */
};

struct text_key {
	struct process_key process; /* of an executable; zero for other kinds */
	__u64 id;                   /* file id or cgroup id */
	__u32 kind;
	__u32 mount_namespace; /* of a file path */
};

enum text_flag {
	TEXT_TRUNCATED = 1, /* the end of the path that was written last is missing */
	TEXT_DELETED = 2,
	TEXT_FROM_FRONT = 4, /* left-aligned: of a cgroup */
};

struct text {
	__u16 length_bytes;
	__u16 flags;
	/* Right-aligned to end at TEXT_BYTES, because a file's path is walked from its end. Not
	 * terminated, any byte but NUL. What follows is room that lets the verifier see that a name
	 * fits. */
	char bytes[TEXT_BYTES + COMPONENT_BYTES];
};

enum doorbell_kind {
	DOORBELL_FILE_UNDECIDED = 1, /* descriptor or address say where user space can look */
	DOORBELL_FIRST_TOUCH = 2,    /* a process touched a file for the first time */
	DOORBELL_NEW_FLOW = 3,
	DOORBELL_MEMORY_READ = 4,
	DOORBELL_PROCESS_END = 5,
	DOORBELL_NEW_CGROUP = 6,
	DOORBELL_BLIND_SPOT = 7,
};

/* The ring only says that something new lies in the maps; a doorbell that is lost loses no fact. */
struct doorbell {
	struct process_key process;
	struct file_key file;
	__u64 address; /* of a mapping, 0 if none */
	__u32 file_id;
	__s32 descriptor; /* -1 if none */
	__u32 kind;
	__u32 reserved;
};

/* Every way to lose or doubt something; the names become label values. Sources: lib/failure.bpf.h
 */
enum failure {
	FAILURE_RING_FULL,
	FAILURE_FILE_MAP_FULL,
	FAILURE_PROCESS_MAP_FULL,
	FAILURE_COUNTER_MAP_FULL,
	FAILURE_MAPPING_MAP_FULL,
	FAILURE_MAPPING_RANGES_FULL, /* a process maps a file in more pieces than are kept apart */
	FAILURE_FLOW_MAP_FULL,
	FAILURE_MEMORY_MAP_FULL,
	FAILURE_CORE_DUMP_UNCOUNTED, /* too many processes that hold a model died at once */
	FAILURE_TEXT_MAP_FULL,
	FAILURE_CGROUP_MAP_FULL,
	FAILURE_SESSION_MAP_FULL,
	FAILURE_SELECTION_MAP_FULL, /* a cgroup without a verdict is counted */
	FAILURE_CHANNEL_MAP_FULL,
	FAILURE_TRANSFER_MAP_FULL,
	FAILURE_CHANNEL_HOPS,         /* data went on over more channels than are followed */
	FAILURE_DESCRIPTORS_SKIPPED,  /* of a process with more than are looked at when it is armed
				       */
	FAILURE_SHARED_AREAS_SKIPPED, /* of shared memory, which is mapped in too many pieces */
	FAILURE_PATH_TRUNCATED,
	FAILURE_DESCRIPTOR_UNRESOLVED, /* closed by another thread before the call returned */
	FAILURE_WITNESS_LOST,          /* no memory to note whose pages a call took */
	FAILURE_MAPPING_UNRESOLVED,
	FAILURE_VICTIM_UNRESOLVED,
	FAILURE_ENTRANCE_UNKNOWN, /* no memory for the mark of an exec session */
	FAILURE_PEER_UNRESOLVED,
	FAILURE_REQUEST_UNREADABLE, /* of aio or FICLONERANGE: changed, or taken away by now */
	FAILURE_REQUEST_UNRESOLVED, /* of io_uring: which one a result belongs to */
	FAILURE_VALUE_CLAMPED, /* a return value larger than the request or the kernel allows */
	FAILURE_COUNT,
};

/*
 * Bytes that found no place in a counter map nor with a process, by cgroup. Once a process found no
 * room, all that unarmed processes of its cgroup send is among them: an upper bound.
 */
struct cgroup_count {
	__u64 read_bytes;
	__u64 sent_bytes;
};

/* Argument of the syscall program `identify`: which file is this descriptor of the caller? */
struct identify_request {
	__s32 descriptor;
	__u32 found;
	struct file_key key;
	struct file_facts
		facts; /* of the inode now; id and verdict from the map, 0 if it is not there */
	__s32 writers;
	__u32 reserved;
};

/* Argument of the syscall program `disarm`: nothing has touched a file since user space looked. */
struct disarm_request {
	struct process_key process;
	__u64 touches;  /* as user space has seen them */
	__u32 accepted; /* 0: it has touched a file meanwhile, it stays armed */
	__u32 reserved;
};

/*
 * Argument of the syscall program `decide`: the verdict of user space on one version of a file, or
 * on whatever it is now, if it never stays the same for long enough to be looked at.
 */
struct decide_request {
	struct file_key key;
	__u64 size_bytes;
	__s64 change_time_ns;
	__u32 id;
	__u16 verdict;
	__u16 reason;
	__u32 accepted; /* 0: the file changed meanwhile, look again */
	__u32 any_version;
};

/* Argument of the syscall program `declare`: this process holds a model, whatever it has open. */
struct declare_request {
	struct process_key process; /* the image that is meant; zero for whatever has this pid */
	__s32 pid;                  /* as the caller counts */
	__u32 flags;                /* enum process_flag */
	__u32 found;
	__u32 reserved;
};

/* What the iterator over descriptors prints: a process has a file open that may be a model. */
struct open_file {
	struct process_key process;
	__u32 file_id;
	__u32 reserved;
};

/* What the iterator over address spaces prints: an area that maps a part of a file. */
struct mapped_area {
	struct mapping_key key;
	__u64 address;
	__u64 start; /* of the file */
	__u64 end;   /* not behind the file's */
};

/* What the iterator over shared memory prints: an area of a large file that others may map too. */
struct shared_area {
	struct process_key process;
	__u64 channel; /* as of a file to which is written */
	__u64 bytes;
	__u32 armed;
	__u32 writes; /* armed, no server, and can write there */
};

/* Argument of the syscall program `forget_sessions`: no exec session holds a model any more. */
struct forget_sessions_request {
	__u64 takes;    /* sessions_hold, read before the map was found empty */
	__u32 accepted; /* 0: a session has taken a model meanwhile */
	__u32 reserved;
};

/* Argument of the syscall program `set_holder`: what user space knows of who has had a file. */
struct holder_request {
	struct file_key key;
	__u32 id;
	__u32 before; /* as user space has seen it */
	__u32 after;
	__u32 accepted; /* 0: it has changed meanwhile, look again */
};

/* Argument of the syscall program `forget_channel`: what user space finds idle. */
struct channel_request {
	__u64 channel;
	__u64 last_ns;  /* as user space has seen it */
	__u32 accepted; /* 0: it has been written to meanwhile */
	__u32 reserved;
};

#define ASSERT_SIZE(type, size) _Static_assert(sizeof(struct type) == (size), #type " is padded")
ASSERT_SIZE(process_key, 16);
ASSERT_SIZE(process_facts, 136);
ASSERT_SIZE(file_key, 24);
ASSERT_SIZE(file_facts, 48);
ASSERT_SIZE(totals, 40);
ASSERT_SIZE(coverage, 16 + 8 * (COVERAGE_WORDS));
ASSERT_SIZE(access_count, 64 + 8 * (COVERAGE_WORDS));
ASSERT_SIZE(access_key, 24);
ASSERT_SIZE(mapping_key, 24);
ASSERT_SIZE(range_set, 16 + 16 * MAPPING_RANGES);
ASSERT_SIZE(mapping_count, 48 + 8 * COVERAGE_WORDS + 2 * (16 + 16 * MAPPING_RANGES));
ASSERT_SIZE(flow_key, 40);
ASSERT_SIZE(memory_key, 40);
ASSERT_SIZE(blind_spot_key, 24);
ASSERT_SIZE(blind_spot, 176);
ASSERT_SIZE(channel, 40);
ASSERT_SIZE(transfer_key, 32);
ASSERT_SIZE(channel_request, 24);
ASSERT_SIZE(text_key, 32);
ASSERT_SIZE(text, 4 + TEXT_BYTES + COMPONENT_BYTES);
ASSERT_SIZE(doorbell, 64);
ASSERT_SIZE(identify_request, 88);
ASSERT_SIZE(decide_request, 56);
ASSERT_SIZE(disarm_request, 32);
ASSERT_SIZE(declare_request, 32);
ASSERT_SIZE(open_file, 24);
ASSERT_SIZE(mapped_area, 48);
ASSERT_SIZE(shared_area, 40);
ASSERT_SIZE(forget_sessions_request, 16);
ASSERT_SIZE(holder_request, 40);

#endif
