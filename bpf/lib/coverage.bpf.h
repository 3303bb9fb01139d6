/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which parts of a file were taken. What may be any part counts as one that was not taken before:
 * whoever hides where he reads has read all the more.
 */
#ifndef MODELWARDEN_LIB_COVERAGE_H
#define MODELWARDEN_LIB_COVERAGE_H

#define START_BY_POSITION ((__u64)-1) /* the call began where the open file stood */
#define START_UNKNOWN     ((__u64)-2)

/* The smallest slots of which COVERAGE_SLOTS are enough. */
__noinline __u32 slot_shift_of(__u64 file_bytes)
{
	__u64 left = file_bytes ? (file_bytes - 1) / COVERAGE_SLOTS : 0;
	__u32 shift = 0;

	for (__u32 step = 32; step; step /= 2) {
		if (left >> step) {
			left >>= step;
			shift += step;
		}
	}
	return shift + !!left;
}

static __always_inline void begin_coverage(struct coverage *coverage, __u64 file_bytes)
{
	coverage->slot_shift = slot_shift_of(file_bytes);
	coverage->begun = 1;
}

struct slot_run {
	struct coverage *coverage;
	__u32 first;
	__u32 last;
};

static long cover_word(__u32 index, struct slot_run *run)
{
	__u32 low = index * 64, high = low + 63;
	__u64 bits = ~0ULL;

	if (run->last < low)
		return 1;
	if (run->first > high)
		return 0;
	if (run->first > low)
		bits = ~0ULL << (run->first & 63);
	if (run->last < high)
		bits &= ~0ULL >> (63 - (run->last & 63));
	__sync_fetch_and_or(&run->coverage->slots[index & (COVERAGE_WORDS - 1)], bits);
	return 0;
}

__noinline int cover_slots(struct coverage *coverage, __u32 first, __u32 last)
{
	struct slot_run run = {.coverage = coverage, .first = first, .last = last};

	if (coverage)
		bpf_loop(COVERAGE_WORDS, cover_word, &run, 0);
	return 0;
}

static __always_inline void cover(struct coverage *coverage, __u64 start, __u64 bytes)
{
	__u64 first = start >> (coverage->slot_shift & 63);
	__u64 last = (start + bytes - 1) >> (coverage->slot_shift & 63);
	__u64 *word = &coverage->slots[first / 64 & (COVERAGE_WORDS - 1)];

	/* A file that has grown since has no slots there. */
	if (start == START_UNKNOWN || first > last || last >= COVERAGE_SLOTS)
		__sync_fetch_and_add(&coverage->unplaced_bytes, bytes);
	else if (first != last)
		cover_slots(coverage, first, last);
	else if (!(*word >> (first & 63) & 1))
		__sync_fetch_and_or(word, 1ULL << (first & 63));
}

/*
 * Where the call began that has left the file's position where it is. Another thread, or another
 * process with the same open file, may have moved it since, on purpose.
 */
static __always_inline __u64 start_in_file(struct file *address, __u64 start, __u64 bytes)
{
	struct file *file = kernel_object(file, address);

	if (start != START_BY_POSITION)
		return start;
	if (bpf_get_current_task_btf()->files->count.counter != 1 || !is_only_reference(file) ||
	    (__u64)file->f_pos < bytes)
		return START_UNKNOWN;
	return file->f_pos - bytes;
}

#endif
