// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.Pointer;
import java.util.Optional;
import java.util.StringJoiner;

/** The running kernel's own types. They are megabytes outside of the heap: to be closed soon. */
public final class KernelTypes implements AutoCloseable {

  // struct btf_type (Documentation/bpf/btf.rst): name, info, type; parameters follow.
  private static final int INFO = 4;
  private static final int TYPE = 8;
  private static final int BODY = 12;
  private static final int PARAMETER_BYTES = 8;
  private static final int KIND_POINTER = 2;
  private static final int KIND_STRUCT = 4;
  private static final int KIND_TYPEDEF = 8;
  private static final int KIND_RESTRICT = 11;

  private final Native functions;
  private final Pointer types;

  private KernelTypes(Native functions, Pointer types) {
    this.functions = functions;
    this.types = types;
  }

  public static KernelTypes load(LibBpf library) {
    Pointer types = library.functions().btf__load_vmlinux_btf();
    if (types == null) {
      throw BpfException.of("read the kernel's types", com.sun.jna.Native.getLastError());
    }
    return new KernelTypes(library.functions(), types);
  }

  /**
   * What a tracepoint hands to its programs, such as {@code sock* n n}: the address of a struct by
   * its name, of anything else as {@code *}, a number as {@code n}; empty if the kernel has no
   * tracepoint of that name.
   */
  public Optional<String> tracepoint(String name) {
    int id = functions.btf__find_by_name_kind(types, "btf_trace_" + name, KIND_TYPEDEF);
    if (id < 0) {
      return Optional.empty();
    }
    Pointer prototype = target(target(type(id)));
    int count = prototype.getInt(INFO) & 0xffff;
    StringJoiner signature = new StringJoiner(" ");
    for (int i = 1; i < count; i++) { // the first is the tracepoint's own
      signature.add(parameter(plain(prototype.getInt(BODY + i * PARAMETER_BYTES + 4))));
    }
    return Optional.of(signature.toString());
  }

  private String parameter(Pointer type) {
    if (kind(type) != KIND_POINTER) {
      return "n";
    }
    Pointer pointee = plain(type.getInt(TYPE));
    return kind(pointee) == KIND_STRUCT
        ? functions.btf__name_by_offset(types, pointee.getInt(0)) + "*"
        : "*";
  }

  /** Through typedefs and qualifiers. */
  private Pointer plain(int id) {
    Pointer type = type(id);
    while (kind(type) >= KIND_TYPEDEF && kind(type) <= KIND_RESTRICT) {
      type = target(type);
    }
    return type;
  }

  private Pointer target(Pointer type) {
    return type(type.getInt(TYPE));
  }

  private Pointer type(int id) {
    Pointer type = functions.btf__type_by_id(types, id);
    if (type == null) {
      throw new BpfException("the kernel's types have no type " + id);
    }
    return type;
  }

  private static int kind(Pointer type) {
    return type.getInt(INFO) >>> 24 & 0x1f;
  }

  @Override
  public void close() {
    functions.btf__free(types);
  }
}
