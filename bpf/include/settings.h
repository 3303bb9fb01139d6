/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What user space sets before load; the verifier removes what is switched off. */
#ifndef MODELWARDEN_SETTINGS_H
#define MODELWARDEN_SETTINGS_H

enum {
	SUFFIXES = 32,
	SUFFIX_BYTES = 16,
};

/* The last bytes of a file name, right-aligned, lower case: byte i of mask is 0xff where it counts.
 */
struct suffix_rule {
	__u64 value[2];
	__u64 mask[2];
};

const volatile __u64 setting_minimum_size_bytes = 1 << 20;
const volatile __u64 setting_content_minimum_size_bytes = 64 << 20;
const volatile __u32 setting_suffix_count = 0;
const volatile struct suffix_rule setting_suffixes[SUFFIXES] = {};
const volatile __u8 setting_detect_content = 1;
const volatile __u8 setting_model_directories = 0; /* some directory is in the map of that name */
const volatile __u8 setting_race_witness = 0;
const volatile __u32 setting_trail_hops = 8;
const volatile __u32 setting_share_millionths = 50000; /* of a file, that a server must pass on … */
const volatile __u64 setting_share_window_ns = 600000000000ULL; /* … within this time */
const volatile __u32 setting_staged_files = 4096; /* of the channels, that may be files */
const volatile __u8 setting_accepted_passes = 0;  /* what servers send on accepted connections */
const volatile __u8 setting_task_from_vpid = 0;   /* this kernel has bpf_task_from_vpid (6.14) */

#endif
