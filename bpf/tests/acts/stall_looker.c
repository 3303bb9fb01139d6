/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A file that nobody can look at: a copy of PATH in memory, without a name or a descriptor, mapped
 * so that whoever reads it through this process sleeps until this process ends. Always waits at its
 * end.
 */
#include "act.h"
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
	struct uffdio_api api = {.api = UFFD_API, .features = UFFD_FEATURE_MINOR_SHMEM};
	struct truth truth = {0};

	begin(&argc, argv);
	if (argc != 2)
		usage("stall_looker PATH");
	int in = open_file(argv[1], O_RDONLY), fd = memfd_create("weights", 0);
	int faults = syscall(SYS_userfaultfd, O_CLOEXEC);
	long long length = size_of(in);

	if (fd < 0 || faults < 0 || ioctl(faults, UFFDIO_API, &api))
		die("prepare");
	while (truth.bytes < length)
		count(&truth, sendfile(fd, in, NULL, length - truth.bytes));
	char *mapped = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	struct uffdio_register range = {.range = {(unsigned long)mapped, (length + 4095) & -4096},
					.mode = UFFDIO_REGISTER_MODE_MINOR};

	if (mapped == MAP_FAILED || ioctl(faults, UFFDIO_REGISTER, &range))
		die("UFFDIO_REGISTER");
	close(fd);
	tell(&truth);
	wait_for_line();
	return 0;
}
