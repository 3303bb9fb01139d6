/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Random weights from a fixed seed: quick, not to be compressed, the same in every run. */
#ifndef MODELWARDEN_WEIGHTS_H
#define MODELWARDEN_WEIGHTS_H

#include "act.h"

#define WEIGHTS_SEED 88172645463325252ULL

static inline void write_fully(int fd, const void *bytes, long length)
{
	for (const char *at = bytes; length > 0;) {
		long written = write(fd, at, length);

		if (written <= 0)
			die("write");
		at += written;
		length -= written;
	}
}

/* xorshift64 */
static inline void fill_weights(uint64_t *block, long words, uint64_t *state)
{
	for (long i = 0; i < words; i++) {
		*state ^= *state << 13;
		*state ^= *state >> 7;
		*state ^= *state << 17;
		block[i] = *state;
	}
}

static inline void write_weights(int fd, long long bytes)
{
	static uint64_t block[1 << 15];
	uint64_t state = WEIGHTS_SEED;

	while (bytes > 0) {
		long part = bytes < (long long)sizeof(block) ? bytes : (long)sizeof(block);

		fill_weights(block, (part + 7) / 8, &state);
		write_fully(fd, block, part);
		bytes -= part;
	}
}

#endif
