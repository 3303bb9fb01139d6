// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A BPF ring buffer read straight from mapped memory (kernel/bpf/ringbuf.c): a page with the
 * consumer's position, a page with the producer's, then the data, mapped twice so that no record is
 * split. One thread reads.
 */
public final class RingBuffer implements AutoCloseable {

  private static final VarHandle LONGS =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int HEADER_BYTES = 8;
  private static final int BUSY = 1 << 31;
  private static final int DISCARDED = 1 << 30;
  private static final int EPOLLIN = 1;
  private static final int EPOLL_CLOEXEC = 02000000;

  private final int sizeBytes;
  private final SharedMemory consumerPage;
  private final SharedMemory producerPages;
  private final ByteBuffer consumer;
  private final ByteBuffer producer;
  private final ByteBuffer data;
  private final Descriptor epoll;

  public RingBuffer(BpfMap map) {
    this.sizeBytes = map.maxEntries();
    int page = SharedMemory.PAGE_BYTES;
    consumerPage = SharedMemory.writable(map, 0, page);
    producerPages = SharedMemory.readOnly(map, page, page + 2L * sizeBytes);
    consumer = consumerPage.buffer(0, page);
    producer = producerPages.buffer(0, page);
    data = producerPages.buffer(page, 2L * sizeBytes);
    epoll = watch(map);
  }

  private static Descriptor watch(BpfMap map) {
    try (Memory event = new Memory(12)) {
      Descriptor epoll = new Descriptor(LibC.INSTANCE.epoll_create1(EPOLL_CLOEXEC));
      event.clear();
      event.setInt(0, EPOLLIN);
      LibC.INSTANCE.epoll_ctl(epoll.number(), LibC.EPOLL_CTL_ADD, map.descriptor(), event);
      return epoll;
    } catch (LastErrorException refused) {
      throw BpfException.of("watch the ring " + map.name(), refused.getErrorCode());
    }
  }

  /**
   * Takes a record: {@code length} bytes of {@code data} from {@code offset}, only during the call.
   */
  @FunctionalInterface
  public interface RecordConsumer {
    void accept(ByteBuffer data, int offset, int length);
  }

  /** Waits without a cycle until a record comes or the time is over. */
  public void await(int timeoutMillis) {
    try (Memory events = new Memory(12)) {
      LibC.INSTANCE.epoll_wait(epoll.number(), events, 1, timeoutMillis);
    } catch (LastErrorException interrupted) {
      if (interrupted.getErrorCode() != Errno.EINTR) {
        throw BpfException.of("wait for the ring", interrupted.getErrorCode());
      }
    }
  }

  /** Reads all complete records and returns their number. */
  public int drain(RecordConsumer records) {
    long position = (long) LONGS.getAcquire(consumer, 0);
    long end = (long) LONGS.getAcquire(producer, 0);
    int count = 0;
    while (position < end) {
      int at = (int) (position & sizeBytes - 1);
      int header = (int) INTS.getAcquire(data, at);
      if ((header & BUSY) != 0) {
        break;
      }
      int length = header & ~(BUSY | DISCARDED);
      if ((header & DISCARDED) == 0) {
        records.accept(data, at + HEADER_BYTES, length);
        count++;
      }
      position += (length + HEADER_BYTES + 7) / 8 * 8L;
    }
    LONGS.setRelease(consumer, 0, position);
    return count;
  }

  /** Bytes that wait to be read. */
  public long pendingBytes() {
    return (long) LONGS.getAcquire(producer, 0) - (long) LONGS.getAcquire(consumer, 0);
  }

  public int sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void close() {
    epoll.close();
    consumerPage.close();
    producerPages.close();
  }
}
