/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A file system of this process on the empty folder FOLDER, in a mount namespace of its own. A
 * child writes BYTES to a file on it, by write or by io_uring, after it has read as many of PATH
 * (`-`: of nothing), and tells its truth: it is compared with what came to the file system.
 */
#include "act.h"
#include "uring.h"
#include <linux/fuse.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>

enum {
	TAKEN = 2, /* number of the file */
	MOST = 1 << 16,
	REQUEST_BYTES = MOST + 8192,
};

static int device;
static char request[REQUEST_BYTES], data[MOST];
static const struct fuse_in_header *head = (void *)request;
static const void *argument = request + sizeof(struct fuse_in_header);
static _Atomic long long received;

static void answer(int error, const void *body, size_t length)
{
	struct fuse_out_header out = {
		.len = sizeof(out) + length, .error = error, .unique = head->unique};
	struct iovec parts[2] = {{&out, sizeof(out)}, {(void *)body, length}};

	if (writev(device, parts, 2) < 0 && errno != ENOENT)
		die("/dev/fuse");
}

static struct fuse_attr attributes(void)
{
	int is_file = head->nodeid == TAKEN || head->opcode == FUSE_CREATE;

	return (struct fuse_attr){.ino = is_file ? TAKEN : FUSE_ROOT_ID,
				  .mode = is_file ? S_IFREG | 0600 : S_IFDIR | 0700,
				  .nlink = 1};
}

static void create(void)
{
	struct {
		struct fuse_entry_out entry;
		struct fuse_open_out open;
	} made = {.entry = {.nodeid = TAKEN, .attr = attributes()}};

	answer(0, &made, sizeof(made));
}

static void serve_one(void)
{
	struct fuse_init_out start = {.major = FUSE_KERNEL_VERSION,
				      .minor = FUSE_KERNEL_MINOR_VERSION,
				      .max_write = MOST};
	struct fuse_attr_out state = {.attr = attributes()};
	struct fuse_write_out written = {0};

	switch (head->opcode) {
	case FUSE_INIT:
		answer(0, &start, sizeof(start));
		break;
	case FUSE_LOOKUP:
		answer(-ENOENT, NULL, 0);
		break;
	case FUSE_GETATTR:
		answer(0, &state, sizeof(state));
		break;
	case FUSE_CREATE:
		create();
		break;
	case FUSE_WRITE:
		written.size = ((const struct fuse_write_in *)argument)->size;
		received += written.size;
		answer(0, &written, sizeof(written));
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	default:
		answer(-ENOSYS, NULL, 0);
	}
}

static void *serve(void *unused)
{
	while (read(device, request, sizeof(request)) > 0)
		serve_one();
	return unused;
}

static void mount_on(const char *folder)
{
	char options[128];
	pthread_t thread;

	device = open_file("/dev/fuse", O_RDWR | O_CLOEXEC);
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("act", folder, "fuse", 0, options) || pthread_create(&thread, NULL, serve, NULL))
		die("fuse");
}

static void write_once(int by_uring, int out, long length, struct truth *truth)
{
	static struct uring ring;

	if (!by_uring) {
		count(truth, write(out, data, length));
		return;
	}
	if (!ring.rings)
		open_uring(&ring, 1, 0);
	count(truth, uring_do(&ring, (struct io_uring_sqe){.opcode = IORING_OP_WRITE,
							   .fd = out,
							   .off = truth->bytes,
							   .addr = (unsigned long)data,
							   .len = length}));
}

static int write_there(int by_uring, const char *path, long long wanted)
{
	int in = strcmp(path, "-") ? open_file(path, O_RDONLY) : -1;
	int out = open_file("taken", O_WRONLY | O_CREAT);
	struct truth truth = {0};

	while (truth.bytes < wanted) {
		long long left = wanted - truth.bytes;
		long length = left < MOST ? left : MOST;

		if (in >= 0 && read(in, data, length) != length)
			die(path);
		write_once(by_uring, out, length, &truth);
	}
	printf("pid=%d bytes=%lld operations=%lld\n", getpid(), truth.bytes, truth.operations);
	fflush(stdout);
	return 0;
}

int main(int argc, char **argv)
{
	int result;
	pid_t child;

	begin(&argc, argv);
	if (argc != 5)
		usage("write_to_fuse write|uring FOLDER PATH BYTES");
	int by_uring = !strcmp(one_of("write uring ", argv[1]), "uring");

	mount_on(argv[2]);
	child = fork();
	if (child < 0)
		die("fork");
	if (!child) {
		if (chdir(argv[2]))
			die(argv[2]);
		_exit(write_there(by_uring, argv[3], positive(argv[4])));
	}
	if (waitpid(child, &result, 0) != child || result || received != positive(argv[4]))
		die("the file system");
	return 0;
}
