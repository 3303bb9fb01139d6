// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import io.modelwarden.btf.BtfFile;
import io.modelwarden.btf.ElfFile;
import io.modelwarden.btf.StructLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/** The object bpf/tests/bpf/seam.bpf.c, loaded; its programs run only when a test asks. */
final class SeamObject implements AutoCloseable {

  private final BpfObject object;
  private final Map<String, ElfFile.Symbol> symbols;
  private final StructLayout request;

  private SeamObject(Consumer<SeamObject> beforeLoad) {
    byte[] file = file("seam");
    symbols = ElfFile.of(file).symbols();
    request = BtfFile.fromElf(file).struct("request");
    object = BpfObject.open(LibBpf.load(), "seam", file);
    try {
      beforeLoad.accept(this);
      object.load();
    } catch (RuntimeException failure) {
      object.close();
      throw failure;
    }
  }

  static SeamObject load() {
    return new SeamObject(unchanged -> {});
  }

  static SeamObject load(Consumer<SeamObject> beforeLoad) {
    return new SeamObject(beforeLoad);
  }

  static byte[] file(String name) {
    Path repository = Path.of(System.getProperty("modelwarden.repository", ".."));
    try {
      return Files.readAllBytes(repository.resolve("bpf/build/test/" + name + ".bpf.o"));
    } catch (IOException missing) {
      throw new UncheckedIOException("build it with make -C bpf objects", missing);
    }
  }

  ByteBuffer variable(String name) {
    ElfFile.Symbol symbol = symbols.get(name);
    return object.variable(symbol.section(), symbol.offset(), symbol.sizeBytes());
  }

  BpfMap map(String name) {
    return object.map(name);
  }

  BpfProgram program(String name) {
    return object.program(name);
  }

  StructLayout request() {
    return request;
  }

  /** Runs {@code program} for the keys or records {@code first .. first + count}. */
  void run(String program, long first, int count) {
    byte[] context = new byte[request.sizeBytes()];
    ByteBuffer view = ByteBuffer.wrap(context).order(ByteOrder.LITTLE_ENDIAN);
    request.integer("first", 8).put(view, 0, first);
    request.integer("count", 4).put(view, 0, count);
    object.program(program).run(context);
  }

  @Override
  public void close() {
    object.close();
  }
}
