/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes a PyTorch checkpoint, as torch.save does: a stored zip archive of archive/data.pkl,
 * archive/version and archive/data/0 with DATA_BYTES of random float16 weights, 64-byte aligned.
 * Tells the exact size of the file. (PKWARE APPNOTE 6.3.10, without zip64: below 4 GiB.)
 */
#include "weights.h"

enum { ENTRIES = 3, WEIGHTS = 2, LOCAL_HEADER = 30, ALIGNMENT = 64 };

struct __attribute__((packed)) header {
	uint16_t version, flags, method, time, date;
	uint32_t checksum, packed_size, size;
	uint16_t name_length, extra_length;
};

struct entry {
	const char *name, *content;
	uint32_t offset;
	struct header header;
};

static const char zeros[ALIGNMENT + 12];
static uint32_t table[256];

static uint32_t checksum_on(uint32_t checksum, const unsigned char *bytes, long length)
{
	checksum = ~checksum;
	for (long i = 0; i < length; i++)
		checksum = table[(checksum ^ bytes[i]) & 255] ^ checksum >> 8;
	return ~checksum;
}

static void make_table(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320 : 0);
	}
}

/* The same weights are made twice: the checksum stands before them. */
static uint32_t checksum_of_weights(long long bytes)
{
	static uint64_t block[1 << 15];
	uint64_t state = WEIGHTS_SEED;
	uint32_t checksum = 0;

	for (; bytes > 0; bytes -= sizeof(block)) {
		long part = bytes < (long long)sizeof(block) ? bytes : (long)sizeof(block);

		fill_weights(block, (part + 7) / 8, &state);
		checksum = checksum_on(checksum, (void *)block, part);
	}
	return checksum;
}

/* collections.OrderedDict of one HalfTensor: protocol 2, what torch's own pickler writes. */
static long make_pickle(char *pickle, uint32_t elements)
{
	static const char rebuild[] = "\x80\x02"
				      "ccollections\nOrderedDict\n"
				      ")RX\x06\x00\x00\x00weight"
				      "ctorch._utils\n_rebuild_tensor_v2\n"
				      "((X\x07\x00\x00\x00storage"
				      "ctorch\nHalfStorage\n"
				      "X\x01\x00\x00\x00"
				      "0X\x03\x00\x00\x00"
				      "cpuJ";
	static const char rest[] = "K\x01\x85\x89"
				   "ccollections\nOrderedDict\n"
				   ")RtRs.";
	char *at = pickle;

	at = (char *)memcpy(at, rebuild, sizeof(rebuild) - 1) + sizeof(rebuild) - 1;
	at = (char *)memcpy(at, &elements, 4) + 4;
	at = (char *)memcpy(at, "tQK\0J", 5) + 5;
	at = (char *)memcpy(at, &elements, 4) + 4;
	at = (char *)memcpy(at, "\x85", 1) + 1;
	at = (char *)memcpy(at, rest, sizeof(rest) - 1) + sizeof(rest) - 1;
	return at - pickle;
}

int main(int argc, char **argv)
{
	char pickle[512];
	struct entry entries[ENTRIES] = {
		{"archive/data.pkl", pickle, 0, {0}},
		{"archive/version", "3\n", 0, {0}},
		{"archive/data/0", NULL, 0, {0}},
	};
	long long at = 0;

	if (argc != 3)
		usage("make_pytorch PATH DATA_BYTES");
	long long data = positive(argv[2]) / 2 * 2;

	if (data == 0 || data > 0xf0000000LL) {
		fprintf(stderr, "from 2 bytes to 0xf0000000\n");
		return 2;
	}
	make_table();
	long sizes[ENTRIES] = {make_pickle(pickle, data / 2), 2, data};
	int fd = open_file(argv[1], O_WRONLY | O_CREAT | O_TRUNC);

	for (int i = 0; i < ENTRIES; i++) {
		struct entry *entry = &entries[i];
		long name_length = strlen(entry->name);
		int padding =
			(ALIGNMENT - (at + LOCAL_HEADER + name_length + 4) % ALIGNMENT) % ALIGNMENT;
		uint16_t extra[2] = {0x4246, padding}; /* "FB", as torch pads */
		uint32_t checksum = i == WEIGHTS ? checksum_of_weights(data)
						 : checksum_on(0, (void *)entry->content, sizes[i]);

		entry->offset = at;
		entry->header = (struct header){.version = 20,
						.date = 33,
						.checksum = checksum,
						.packed_size = sizes[i],
						.size = sizes[i],
						.name_length = name_length,
						.extra_length = 4 + padding};
		write_fully(fd, "PK\3\4", 4);
		write_fully(fd, &entry->header, sizeof(entry->header));
		write_fully(fd, entry->name, name_length);
		write_fully(fd, extra, 4);
		write_fully(fd, zeros, padding);
		if (i == WEIGHTS)
			write_weights(fd, data);
		else
			write_fully(fd, entry->content, sizes[i]);
		at += LOCAL_HEADER + name_length + 4 + padding + sizes[i];
	}
	uint32_t directory = at;

	for (int i = 0; i < ENTRIES; i++) {
		entries[i].header.extra_length = 0;
		write_fully(fd, "PK\1\2\x14\0", 6);
		write_fully(fd, &entries[i].header, sizeof(entries[i].header));
		write_fully(fd, zeros, 10); /* comment, disk, attributes */
		write_fully(fd, &entries[i].offset, 4);
		write_fully(fd, entries[i].name, entries[i].header.name_length);
		at += 46 + entries[i].header.name_length;
	}
	uint32_t end[3] = {ENTRIES | ENTRIES << 16, at - directory, directory};

	write_fully(fd, "PK\5\6\0\0\0\0", 8);
	write_fully(fd, end, sizeof(end));
	write_fully(fd, zeros, 2);
	printf("pid=%d bytes=%lld operations=1\n", getpid(), at + 22);
	return 0;
}
