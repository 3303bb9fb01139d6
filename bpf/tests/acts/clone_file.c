/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Makes OUT share the blocks of PATH: all of them, by range, or by the table of 32-bit programs. */
#include "act.h"
#include "ia32.h"
#include <linux/fs.h>
#include <sys/ioctl.h>

#define METHODS "ficlone ficlonerange int80 int80_range "
#define USAGE   "clone_file " METHODS "PATH OUT [--from BYTES] [--bytes BYTES]"

static long clone_file(const char *method, int fd, int out, struct file_clone_range *range)
{
	if (!strcmp(method, "ficlone"))
		return ioctl(out, FICLONE, fd);
	if (!strcmp(method, "ficlonerange"))
		return ioctl(out, FICLONERANGE, range);
	if (!strcmp(method, "int80"))
		return int80(IA32_IOCTL, out, FICLONE, fd, 0);
	return int80(IA32_IOCTL, out, FICLONERANGE, (long)range, 0);
}

int main(int argc, char **argv)
{
	const char *from = take_value(&argc, argv, "--from");
	const char *length = take_value(&argc, argv, "--bytes");
	struct truth truth = {0};
	struct stat before, after;

	begin(&argc, argv);
	if (argc != 4)
		usage(USAGE);
	const char *method = one_of(METHODS, argv[1]);
	int fd = open_file(argv[2], O_RDONLY);
	int out = open_file(argv[3], O_WRONLY | O_CREAT);
	struct file_clone_range *range = low_memory(sizeof(*range));

	if (fstat(out, &before))
		die("fstat");
	*range = (struct file_clone_range){
		.src_fd = fd,
		.src_offset = from ? number(from) : 0,
		.src_length = length ? positive(length) : 0, /* none: to the end */
		.dest_offset = before.st_size,
	};
	if (clone_file(method, fd, out, range))
		die(method);
	if (fstat(out, &after))
		die("fstat");
	count(&truth, after.st_size - before.st_size);
	tell(&truth);
	return 0;
}
