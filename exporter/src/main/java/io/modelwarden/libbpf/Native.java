// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import org.jspecify.annotations.Nullable;

/**
 * The functions of libbpf 1.x (libbpf.h, bpf.h) under their own names. Those that return an int
 * return 0 or a value ≥ 0, or the negative error number; pointers are null on failure with the
 * number in errno.
 */
@SuppressWarnings("checkstyle:MethodName")
interface Native extends Library {

  /** libbpf_print_fn_t: level, format, va_list. */
  interface Print extends Callback {
    int invoke(int level, String format, Pointer arguments);
  }

  @Nullable Pointer libbpf_set_print(@Nullable Print print);

  int libbpf_num_possible_cpus();

  @Nullable Pointer btf__load_vmlinux_btf();

  void btf__free(Pointer types);

  int btf__find_by_name_kind(Pointer types, String name, int kind);

  @Nullable Pointer btf__type_by_id(Pointer types, int id);

  @Nullable String btf__name_by_offset(Pointer types, int offset);

  @Nullable Pointer bpf_object__open_mem(Pointer bytes, long size, Pointer options);

  int bpf_object__load(Pointer object);

  void bpf_object__close(Pointer object);

  @Nullable Pointer bpf_object__find_map_by_name(Pointer object, String name);

  @Nullable Pointer bpf_object__next_program(Pointer object, @Nullable Pointer previous);

  String bpf_program__name(Pointer program);

  String bpf_program__section_name(Pointer program);

  int bpf_program__set_autoload(Pointer program, boolean autoload);

  int bpf_program__fd(Pointer program);

  @Nullable Pointer bpf_program__attach(Pointer program);

  @Nullable Pointer bpf_program__attach_cgroup(Pointer program, int cgroupDescriptor);

  @Nullable Pointer bpf_program__attach_iter(Pointer program, @Nullable Pointer options);

  int bpf_link__fd(Pointer link);

  int bpf_link__destroy(Pointer link);

  int bpf_iter_create(int linkDescriptor);

  int bpf_prog_test_run_opts(int programDescriptor, Pointer options);

  int bpf_obj_get_info_by_fd(int descriptor, Pointer info, IntByReference size);

  int bpf_map__fd(Pointer map);

  int bpf_map__key_size(Pointer map);

  int bpf_map__value_size(Pointer map);

  int bpf_map__max_entries(Pointer map);

  int bpf_map__set_max_entries(Pointer map, int entries);

  @Nullable Pointer bpf_map__initial_value(Pointer map, LongByReference size);

  int bpf_map_lookup_elem(int map, Pointer key, Pointer value);

  int bpf_map_update_elem(int map, @Nullable Pointer key, Pointer value, long flags);

  int bpf_map_delete_elem(int map, Pointer key);
}
