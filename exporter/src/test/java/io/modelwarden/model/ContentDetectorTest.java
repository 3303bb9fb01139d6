// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ContentDetectorTest {

  private static final long SIZE = 200_000_000;

  @Test
  void formats_areToldByTheirBeginning() {
    assertThat(ContentDetector.detect(safetensors(1000), SIZE)).contains(ModelFormat.SAFETENSORS);
    assertThat(ContentDetector.detect(gguf(3), SIZE)).contains(ModelFormat.GGUF);
    assertThat(ContentDetector.detect(zip("archive/data.pkl"), SIZE)).contains(ModelFormat.PYTORCH);
    assertThat(ContentDetector.detect(head(0x1c, 0, 0, 0, 'T', 'F', 'L', '3'), SIZE))
        .contains(ModelFormat.TFLITE);
    assertThat(ContentDetector.detect(head(8, 9, 0x12, 7, 'p', 'y', 't', 'o', 'r', 'c', 'h'), SIZE))
        .contains(ModelFormat.ONNX);
  }

  @Test
  void weakLikenesses_areNoModels() {
    assertThat(ContentDetector.detect(zip("META-INF/MANIFEST.MF"), SIZE)).isEmpty();
    assertThat(ContentDetector.detect(gguf(4711), SIZE)).isEmpty();
    assertThat(ContentDetector.detect(safetensors(SIZE), SIZE)).isEmpty();
    assertThat(ContentDetector.detect(safetensors(-1), SIZE)).isEmpty();
    assertThat(ContentDetector.detect(head(0x7f, 'E', 'L', 'F', 2, 1, 1), SIZE)).isEmpty();
    assertThat(ContentDetector.detect(new byte[0], SIZE)).isEmpty();
    assertThat(ContentDetector.detect(new byte[4096], SIZE)).isEmpty();
  }

  @Test
  void anyBytes_areJudgedWithoutFailing() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      byte[] start = i % 3 == 0 ? zip("x") : i % 3 == 1 ? safetensors(100) : gguf(3);
      System.arraycopy(start, 0, bytes, 0, Math.min(random.nextInt(12), bytes.length));
      ContentDetector.detect(bytes, random.nextLong());
    }
  }

  private static byte[] safetensors(long header) {
    return buffer().putLong(header).put("{\"a\":".getBytes(StandardCharsets.UTF_8)).array();
  }

  private static byte[] gguf(int version) {
    return buffer().put("GGUF".getBytes(StandardCharsets.UTF_8)).putInt(version).array();
  }

  private static byte[] zip(String name) {
    return buffer()
        .putInt(0x04034b50)
        .position(26)
        .putShort((short) name.length())
        .position(30)
        .put(name.getBytes(StandardCharsets.UTF_8))
        .array();
  }

  private static byte[] head(int... values) {
    byte[] bytes = new byte[128];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static ByteBuffer buffer() {
    return ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);
  }
}
