/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Writes a valid .safetensors file of random weights of exactly BYTES bytes. Format: length of the
 * header (u64), the header (JSON), the tensors (github.com/huggingface/safetensors, README).
 */
#include "act.h"

enum { TENSORS = 8, HEADER = 1024 };

int main(int argc, char **argv)
{
	static uint64_t block[1 << 17];
	char header[HEADER + 1] = {0};
	uint64_t state = 88172645463325252ULL, length = HEADER;

	if (argc != 3)
		usage("make_model PATH BYTES");
	long long data = (number(argv[2]) - 8 - HEADER) / (2 * TENSORS) * (2 * TENSORS);
	long long each = data / TENSORS;
	int at = snprintf(header, HEADER, "{\"__metadata__\":{\"format\":\"pt\"}");

	if (data <= 0)
		usage("make_model PATH BYTES (more than 1048)");
	for (int i = 0; i < TENSORS; i++)
		at += snprintf(header + at, HEADER - at,
			       ",\"layers.%d\":{\"dtype\":\"F16\",\"shape\":[%lld],"
			       "\"data_offsets\":[%lld,%lld]}",
			       i, each / 2, i * each, (i + 1) * each);
	header[at++] = '}';
	memset(header + at, ' ', HEADER - at);
	int fd = open_file(argv[1], O_WRONLY | O_CREAT | O_TRUNC);

	if (write(fd, &length, 8) != 8 || write(fd, header, HEADER) != HEADER)
		die("write");
	for (long long left = data; left > 0;) {
		long wanted = left < (long long)sizeof(block) ? left : (long)sizeof(block);

		for (size_t i = 0; i < sizeof(block) / 8; i++) {
			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
			block[i] = state;
		}
		if (write(fd, block, wanted) != wanted)
			die("write");
		left -= wanted;
	}
	printf("bytes=%lld\n", 8LL + HEADER + data);
	return 0;
}
