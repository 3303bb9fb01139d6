/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What one record of a ring costs a reader in C: libbpf's own, with a callback that reads the two
 * numbers of each record. OBJECT is seam.bpf.o, whose program `flood` fills the ring beforehand.
 */
#include "../acts/act.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

enum {
	RING_BYTES = 1 << 20,
	RECORDS = 4096,
};

/* As seam.bpf.c declares it. */
struct request {
	uint64_t first;
	uint32_t count;
	uint32_t answer;
	int32_t signed_answer;
	uint8_t bytes[4];
};

static uint64_t sum;

static int take(void *context, void *data, size_t size)
{
	const uint64_t *record = data;

	(void)context;
	(void)size;
	sum += record[0] + record[1];
	return 0;
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static double drain(int flood, struct ring_buffer *ring)
{
	struct request request = {.count = RECORDS};
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &request, .ctx_size_in = sizeof(request));
	struct timespec start, end;
	int records;

	if (bpf_prog_test_run_opts(flood, &run))
		die("flood");
	sum = 0;
	clock_gettime(CLOCK_MONOTONIC, &start);
	records = ring_buffer__consume(ring);
	clock_gettime(CLOCK_MONOTONIC, &end);
	/* Each sixteenth is discarded by its writer; the second number is ~ the first. */
	if (records != RECORDS - RECORDS / 16 || sum != (uint64_t)-records) {
		fprintf(stderr, "%d of %d records\n", records, RECORDS);
		exit(1);
	}
	return ((end.tv_sec - start.tv_sec) * 1e9 + end.tv_nsec - start.tv_nsec) / records;
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	struct ring_buffer *ring;
	struct bpf_map *map;
	double *costs;
	long long rounds;
	int flood;

	if (argc != 3)
		usage("ring OBJECT ROUNDS");
	rounds = positive(argv[2]);
	costs = calloc(rounds, sizeof(*costs));
	object = bpf_object__open_file(argv[1], NULL);
	map = object ? bpf_object__find_map_by_name(object, "ring") : NULL;
	if (!costs || !map || bpf_map__set_max_entries(map, RING_BYTES) || bpf_object__load(object))
		die(argv[1]);
	flood = bpf_program__fd(bpf_object__find_program_by_name(object, "flood"));
	ring = ring_buffer__new(bpf_map__fd(map), take, NULL, NULL);
	if (!ring)
		die("ring_buffer__new");
	for (long long i = 0; i < rounds; i++)
		costs[i] = drain(flood, ring);
	qsort(costs, rounds, sizeof(*costs), compare);
	printf("rounds=%lld minimum=%.1f median=%.1f\n", rounds, costs[0], costs[rounds / 2]);
	return 0;
}
