/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes a valid .gguf file of about BYTES bytes of random weights and tells its exact size.
 * Format: magic, version, counts, metadata, tensor infos, padding, aligned data
 * (github.com/ggml-org/ggml, docs/gguf.md).
 */
#include "weights.h"

enum {
	TENSORS = 4,
	ALIGNMENT = 32,
	TYPE_UINT32 = 4,
	TYPE_STRING = 8,
	TENSOR_F16 = 1,
};

static char head[4096];
static long used;

static void put(const void *bytes, long length)
{
	memcpy(head + used, bytes, length);
	used += length;
}

static void put32(uint32_t value)
{
	put(&value, sizeof(value));
}

static void put64(uint64_t value)
{
	put(&value, sizeof(value));
}

static void put_text(const char *text)
{
	put64(strlen(text));
	put(text, strlen(text));
}

static void put_pair(const char *key, const char *value)
{
	put_text(key);
	put32(TYPE_STRING);
	put_text(value);
}

int main(int argc, char **argv)
{
	char name[32];

	if (argc != 3)
		usage("make_gguf PATH BYTES");
	/* Whole alignment units, so that the next tensor starts where the last ends. */
	long long each = positive(argv[2]) / TENSORS / ALIGNMENT * ALIGNMENT;

	if (each == 0) {
		fprintf(stderr, "at least %d bytes\n", TENSORS * ALIGNMENT);
		return 2;
	}
	put("GGUF", 4);
	put32(3);
	put64(TENSORS);
	put64(3);
	put_pair("general.architecture", "llama");
	put_pair("general.name", "synthetic");
	put_text("general.alignment");
	put32(TYPE_UINT32);
	put32(ALIGNMENT);
	for (int i = 0; i < TENSORS; i++) {
		snprintf(name, sizeof(name), "blk.%d.attn_q.weight", i);
		put_text(name);
		put32(1);
		put64(each / 2);
		put32(TENSOR_F16);
		put64(i * each);
	}
	used = (used + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	int fd = open_file(argv[1], O_WRONLY | O_CREAT | O_TRUNC);

	write_fully(fd, head, used);
	write_weights(fd, TENSORS * each);
	printf("pid=%d bytes=%lld operations=1\n", getpid(), used + TENSORS * each);
	return 0;
}
