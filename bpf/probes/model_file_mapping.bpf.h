/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Subject: mappings of model files, and of files that others staged. */

enum { MAP_ANONYMOUS = 0x20 };

static __always_inline void file_mapped(const struct references *mapped, __u64 address,
					__u64 offset, __u64 length)
{
	if (!count_mapping(mapped, address, offset, length) && staged_files)
		staged_mapping(kernel_object(file, mapped->file)->f_inode, offset, length);
}

static long mapping_found(struct task_struct *task, struct vm_area_struct *area,
			  struct syscall *call)
{
	struct references mapped = {.file = area->vm_file};
	__u64 address = call->result, length = argument(call, 1);

	if (call->class == CLASS_MREMAP)
		length = argument(call, 2);
	else if (call->class == CLASS_MMAP_OLD) /* its length may have been overwritten since */
		length = area->vm_end - address;
	if (mapped.file)
		file_mapped(&mapped, address,
			    (area->vm_pgoff << PAGE_SHIFT) + (address - area->vm_start), length);
	return 0;
}

/* The mapped area knows its file; the descriptor may be another one's by now. */
static __always_inline void model_file_mapping(const struct syscall *call)
{
	bool tells_file = call->class == CLASS_MMAP || call->class == CLASS_MMAP_PAGES;
	struct references mapped = {};
	struct syscall same = *call;
	__u64 offset;

	if (tells_file && argument(call, 3) & MAP_ANONYMOUS)
		return;
	if (!bpf_find_vma(bpf_get_current_task_btf(), call->result, mapping_found, &same, 0))
		return;
	/* Another thread holds the lock of the address space, or has unmapped the area. */
	if (tells_file)
		mapped.file = file_of(argument(call, 4));
	if (!mapped.file) {
		count_failure(FAILURE_MAPPING_UNRESOLVED);
		return;
	}
	offset = argument(call, 5) << (call->class == CLASS_MMAP_PAGES ? PAGE_SHIFT : 0);
	file_mapped(&mapped, call->result, offset, argument(call, 1));
}
