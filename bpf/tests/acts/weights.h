/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Random weights, others in each run, as equal files are copies of one model: quick, not to be
 * compressed.
 */
#ifndef MODELWARDEN_WEIGHTS_H
#define MODELWARDEN_WEIGHTS_H

#include "act.h"

/* One for each process, never 0: some write their weights twice. */
static inline uint64_t weights_seed(void)
{
	static uint64_t seed;
	struct timespec now;

	if (!seed) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		seed = ((uint64_t)now.tv_sec << 32 ^ (uint64_t)now.tv_nsec << 1) | 1;
	}
	return seed;
}

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
	uint64_t state = weights_seed();

	while (bytes > 0) {
		long part = bytes < (long long)sizeof(block) ? bytes : (long)sizeof(block);

		fill_weights(block, (part + 7) / 8, &state);
		write_fully(fd, block, part);
		bytes -= part;
	}
}

#endif
