/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes a valid .safetensors file of random weights of exactly BYTES bytes. Format: length of the
 * header (u64), the header (JSON), the tensors (github.com/huggingface/safetensors, README). With
 * --shards PATH is a folder that gets N such files and their index, as large models are published.
 */
#include "weights.h"

enum { TENSORS = 8, HEADER = 1024, SMALLEST = 8 + HEADER + 2 * TENSORS };

/* The last tensor takes what is left over, as bytes if the rest is odd. */
static void make_file(const char *path, long long bytes, int first_layer)
{
	char header[HEADER + 1] = {0};
	uint64_t length = HEADER;
	long long data = bytes - 8 - HEADER, each = data / TENSORS / 2 * 2;
	int at = snprintf(header, HEADER, "{\"__metadata__\":{\"format\":\"pt\"}");

	for (int i = 0; i < TENSORS; i++) {
		long long end = i == TENSORS - 1 ? data : (i + 1) * each, size = end - i * each;

		at += snprintf(header + at, HEADER - at,
			       ",\"layers.%d\":{\"dtype\":\"%s\",\"shape\":[%lld],"
			       "\"data_offsets\":[%lld,%lld]}",
			       first_layer + i, size % 2 ? "U8" : "F16", size % 2 ? size : size / 2,
			       i * each, end);
	}
	header[at++] = '}';
	memset(header + at, ' ', HEADER - at);
	int fd = open_file(path, O_WRONLY | O_CREAT | O_TRUNC);

	write_fully(fd, &length, 8);
	write_fully(fd, header, HEADER);
	write_weights(fd, data);
	close(fd);
}

static void shard_name(char *name, size_t size, int shard, int shards)
{
	snprintf(name, size, "model-%05d-of-%05d.safetensors", shard + 1, shards);
}

static void make_shards(const char *folder, long long bytes, int shards)
{
	char name[64], path[4096];

	snprintf(path, sizeof(path), "%s/model.safetensors.index.json", folder);
	FILE *index = fopen(path, "w");

	if (!index)
		die(path);
	fprintf(index, "{\"metadata\":{\"total_size\":%lld},\"weight_map\":{",
		bytes - shards * (8LL + HEADER));
	for (int shard = 0; shard < shards; shard++) {
		long long size = bytes / shards + (shard == shards - 1 ? bytes % shards : 0);

		shard_name(name, sizeof(name), shard, shards);
		snprintf(path, sizeof(path), "%s/%s", folder, name);
		make_file(path, size, shard * TENSORS);
		for (int i = 0; i < TENSORS; i++)
			fprintf(index, "%s\"layers.%d\":\"%s\"", shard + i ? "," : "",
				shard * TENSORS + i, name);
	}
	fprintf(index, "}}\n");
	if (fclose(index))
		die("index");
}

int main(int argc, char **argv)
{
	const char *many = take_value(&argc, argv, "--shards");
	long long shards = many ? positive(many) : 1;

	if (argc != 3 || shards > 99999)
		usage("make_model PATH BYTES [--shards N]");
	long long bytes = positive(argv[2]);

	if (bytes / shards < SMALLEST) {
		fprintf(stderr, "a file of %d bytes is the smallest\n", SMALLEST);
		return 2;
	}
	if (many)
		make_shards(argv[1], bytes, shards);
	else
		make_file(argv[1], bytes, 0);
	printf("pid=%d bytes=%lld operations=%lld\n", getpid(), bytes, shards);
	return 0;
}
