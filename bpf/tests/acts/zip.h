/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A zip archive of stored entries, 64-byte aligned (PKWARE APPNOTE 6.3.10, without zip64). */
#ifndef MODELWARDEN_ZIP_H
#define MODELWARDEN_ZIP_H

#include "weights.h"

enum { ZIP_LOCAL_HEADER = 30, ZIP_CENTRAL_HEADER = 46, ZIP_END = 22, ZIP_ALIGNMENT = 64 };

struct __attribute__((packed)) zip_header {
	uint16_t version, flags, method, time, date;
	uint32_t checksum, packed_size, size;
	uint16_t name_length, extra_length;
};

struct zip_entry {
	const char *name;
	uint32_t checksum, size, offset;
};

static const char zip_zeros[ZIP_ALIGNMENT];

/* CRC-32; the first value is 0. */
static inline uint32_t zip_checksum(uint32_t checksum, const void *bytes, long length)
{
	static uint32_t table[256];

	for (uint32_t i = 0; !table[255] && i < 256; i++) {
		uint32_t value = i;

		for (int bit = 0; bit < 8; bit++)
			value = value >> 1 ^ (value & 1 ? 0xedb88320 : 0);
		table[i] = value;
	}
	checksum = ~checksum;
	for (long i = 0; i < length; i++)
		checksum =
			table[(checksum ^ ((const unsigned char *)bytes)[i]) & 255] ^ checksum >> 8;
	return ~checksum;
}

static inline struct zip_header zip_header_of(const struct zip_entry *entry, int extra_length)
{
	return (struct zip_header){
		.version = 20,
		.date = 33, /* 1980-01-01 */
		.checksum = entry->checksum,
		.packed_size = entry->size,
		.size = entry->size,
		.name_length = strlen(entry->name),
		.extra_length = extra_length,
	};
}

/* Returns where the content begins, which the caller writes. */
static inline long long zip_begin(int fd, struct zip_entry *entry, long long at)
{
	long length = ZIP_LOCAL_HEADER + strlen(entry->name) + 4;
	uint16_t padding = (ZIP_ALIGNMENT - (at + length) % ZIP_ALIGNMENT) % ZIP_ALIGNMENT;
	struct zip_header header = zip_header_of(entry, 4 + padding);

	entry->offset = at;
	write_fully(fd, "PK\3\4", 4);
	write_fully(fd, &header, sizeof(header));
	write_fully(fd, entry->name, strlen(entry->name));
	write_fully(fd, "FB", 2); /* the extra field that torch pads with */
	write_fully(fd, &padding, 2);
	write_fully(fd, zip_zeros, padding);
	return at + length + padding;
}

/* Returns the size of the archive. */
static inline long long zip_end(int fd, const struct zip_entry *entries, int count, long long at)
{
	uint32_t directory = at;

	for (int i = 0; i < count; i++) {
		struct zip_header header = zip_header_of(&entries[i], 0);

		write_fully(fd, "PK\1\2\x14\0", 6);
		write_fully(fd, &header, sizeof(header));
		write_fully(fd, zip_zeros, 10); /* comment, disk, attributes */
		write_fully(fd, &entries[i].offset, 4);
		write_fully(fd, entries[i].name, header.name_length);
		at += ZIP_CENTRAL_HEADER + header.name_length;
	}
	uint32_t end[3] = {(uint32_t)count << 16 | count, at - directory, directory};

	write_fully(fd, "PK\5\6\0\0\0\0", 8);
	write_fully(fd, end, sizeof(end));
	write_fully(fd, zip_zeros, 2);
	return at + ZIP_END;
}

#endif
