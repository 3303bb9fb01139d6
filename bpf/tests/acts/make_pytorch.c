/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes a PyTorch checkpoint as torch.save does: archive/data.pkl, archive/version and
 * archive/data/0 with DATA_BYTES of random float16 weights. Tells the exact size of the file.
 */
#include "zip.h"

enum { ENTRIES = 3, WEIGHTS = 2 };

static char *append(char *at, const void *bytes, long length)
{
	memcpy(at, bytes, length);
	return at + length;
}

/* An OrderedDict of one HalfTensor named weight, in the opcodes of pickle protocol 2. */
static long make_pickle(char *pickle, uint32_t elements)
{
	static const char until_elements[] = "\x80\x02"
					     "ccollections\nOrderedDict\n"
					     ")RX\x06\0\0\0weight"
					     "ctorch._utils\n_rebuild_tensor_v2\n"
					     "((X\x07\0\0\0storage"
					     "ctorch\nHalfStorage\n"
					     "X\x01\0\0\0"
					     "0X\x03\0\0\0"
					     "cpuJ";
	static const char rest[] = "\x85K\x01\x85\x89"
				   "ccollections\nOrderedDict\n"
				   ")RtRs.";
	char *at = append(pickle, until_elements, sizeof(until_elements) - 1);

	at = append(at, &elements, sizeof(elements));
	at = append(at, "tQK\0J", 5);
	at = append(at, &elements, sizeof(elements));
	at = append(at, rest, sizeof(rest) - 1);
	return at - pickle;
}

/* The weights are made twice, as their checksum stands before them. */
static uint32_t checksum_of_weights(long long bytes)
{
	static uint64_t block[1 << 15];
	uint64_t state = weights_seed();
	uint32_t checksum = 0;

	for (; bytes > 0; bytes -= sizeof(block)) {
		long part = bytes < (long long)sizeof(block) ? bytes : (long)sizeof(block);

		fill_weights(block, (part + 7) / 8, &state);
		checksum = zip_checksum(checksum, block, part);
	}
	return checksum;
}

int main(int argc, char **argv)
{
	char pickle[512];
	long long at = 0;

	if (argc != 3)
		usage("make_pytorch PATH DATA_BYTES");
	long long data = positive(argv[2]) / 2 * 2;

	/* The element count of the pickle is signed, and there is no zip64. */
	if (data == 0 || data > 0xf0000000LL) {
		fprintf(stderr, "from 2 bytes to %lld\n", 0xf0000000LL);
		return 2;
	}
	long pickled = make_pickle(pickle, data / 2);
	const char *contents[ENTRIES] = {pickle, "3\n", NULL};
	struct zip_entry entries[ENTRIES] = {
		{"archive/data.pkl", zip_checksum(0, pickle, pickled), pickled, 0},
		{"archive/version", zip_checksum(0, "3\n", 2), 2, 0},
		{"archive/data/0", checksum_of_weights(data), data, 0},
	};
	int fd = open_file(argv[1], O_WRONLY | O_CREAT | O_TRUNC);

	for (int i = 0; i < ENTRIES; i++) {
		at = zip_begin(fd, &entries[i], at);
		if (i == WEIGHTS)
			write_weights(fd, data);
		else
			write_fully(fd, contents[i], entries[i].size);
		at += entries[i].size;
	}
	printf("pid=%d bytes=%lld operations=1\n", getpid(), zip_end(fd, entries, ENTRIES, at));
	return 0;
}
