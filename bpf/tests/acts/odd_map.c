/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Maps a file by the oldest call of 32-bit programs; always waits at its end. */
#include "act.h"
#include "ia32.h"

struct arguments {
	unsigned address, length, protection, flags, fd, offset;
};

int main(int argc, char **argv)
{
	struct truth truth = {0};

	begin(&argc, argv);
	if (argc != 4)
		usage("odd_map PATH OFFSET LENGTH");
	struct arguments *arguments = low_memory(sizeof(*arguments));
	unsigned long address;

	*arguments = (struct arguments){.length = positive(argv[3]),
					.protection = PROT_READ,
					.flags = MAP_PRIVATE,
					.fd = open_file(argv[1], O_RDONLY),
					.offset = number(argv[2])};
	address = (unsigned)int80(IA32_MMAP, (long)arguments, 0, 0, 0);
	if (address > -4096U)
		die("mmap");
	count(&truth, arguments->length);
	tell(&truth);
	wait_for_line();
	return 0;
}
