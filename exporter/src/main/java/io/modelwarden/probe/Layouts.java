// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.BtfException;
import io.modelwarden.btf.BtfFile;
import io.modelwarden.btf.Field;
import io.modelwarden.btf.StructLayout;
import io.modelwarden.event.Coverage;
import io.modelwarden.event.ProcessKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Every layout and enum that is read, bound by name to the object's own types. A program that
 * differs from its object does not get past the constructor.
 */
final class Layouts {

  final ProcessKeyLayout processKey;
  final StructLayout doorbell;
  final StructLayout identifyRequest;
  final StructLayout decideRequest;
  final StructLayout disarmRequest;
  final StructLayout declareRequest;
  final StructLayout forgetSessionsRequest;
  final StructLayout holderRequest;
  final StructLayout openFile;
  final StructLayout mappedArea;
  final StructLayout sharedArea;
  final StructLayout channelRequest;
  final StructLayout channel;
  final StructLayout transferKey;
  final StructLayout fileKey;
  final StructLayout fileFacts;
  final StructLayout processFacts;
  final StructLayout accessKey;
  final StructLayout accessCount;
  final StructLayout mappingKey;
  final StructLayout mappingCount;
  final StructLayout flowKey;
  final StructLayout memoryKey;
  final StructLayout blindSpotKey;
  final StructLayout blindSpot;
  final StructLayout ownObject;
  final StructLayout textKey;
  final StructLayout text;
  final StructLayout scopeKey;
  final StructLayout directoryKey;
  final StructLayout cgroupCount;
  final CountsLayout counts;
  final Map<String, Long> constants;
  private final BtfFile types;

  Layouts(byte[] object) {
    types = BtfFile.fromElf(object);
    processKey = new ProcessKeyLayout(types.struct("process_key"));
    doorbell = types.struct("doorbell");
    identifyRequest = types.struct("identify_request");
    decideRequest = types.struct("decide_request");
    disarmRequest = types.struct("disarm_request");
    declareRequest = types.struct("declare_request");
    forgetSessionsRequest = types.struct("forget_sessions_request");
    holderRequest = types.struct("holder_request");
    openFile = types.struct("open_file");
    mappedArea = types.struct("mapped_area");
    sharedArea = types.struct("shared_area");
    channelRequest = types.struct("channel_request");
    channel = types.struct("channel");
    transferKey = types.struct("transfer_key");
    fileKey = types.struct("file_key");
    fileFacts = types.struct("file_facts");
    processFacts = types.struct("process_facts");
    accessKey = types.struct("access_key");
    accessCount = types.struct("access_count");
    mappingKey = types.struct("mapping_key");
    mappingCount = types.struct("mapping_count");
    flowKey = types.struct("flow_key");
    memoryKey = types.struct("memory_key");
    blindSpotKey = types.struct("blind_spot_key");
    blindSpot = types.struct("blind_spot");
    ownObject = types.struct("own_object");
    textKey = types.struct("text_key");
    text = types.struct("text");
    scopeKey = types.struct("scope_key");
    directoryKey = types.struct("directory_key");
    cgroupCount = types.struct("cgroup_count");
    counts = CountsLayout.of(types.struct("totals"), "", "bytes");
    constants = readConstants();
  }

  /** The label of a constant: its name in lower case without the prefix. */
  Map<Integer, String> labels(String enumeration, String prefix) {
    Map<Integer, String> labels = new HashMap<>();
    types
        .enumeration(enumeration)
        .forEach(
            (name, value) ->
                labels.put(
                    value.intValue(), name.substring(prefix.length()).toLowerCase(Locale.ROOT)));
    return Map.copyOf(labels);
  }

  int constant(String name) {
    return Math.toIntExact(constants.get(name));
  }

  byte[] bytes(StructLayout struct) {
    return new byte[struct.sizeBytes()];
  }

  static ByteBuffer view(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private Map<String, Long> readConstants() {
    Map<String, Long> all = new HashMap<>();
    for (String name :
        new String[] {
          "process_flag",
          "cgroup_verdict",
          "file_verdict",
          "file_holder",
          "file_reason",
          "access_direction",
          "flow_role",
          "channel_kind",
          "flow_transport",
          "flow_type",
          "peer_scope",
          "blind_spot_kind",
          "text_kind",
          "text_flag",
          "doorbell_kind",
          "failure"
        }) {
      all.putAll(types.enumeration(name));
    }
    return Map.copyOf(all);
  }

  /** Where a process image lies inside a key. */
  record ProcessKeyLayout(int sizeBytes, Field tgid, Field execId, Field startTime) {

    ProcessKeyLayout(StructLayout struct) {
      this(
          struct.sizeBytes(),
          struct.integer("tgid", 4),
          struct.integer("exec_id", 4),
          struct.integer("start_time_ns", 8));
    }

    ProcessKey read(ByteBuffer buffer, int base) {
      return new ProcessKey(
          tgid.getInt(buffer, base), execId.getInt(buffer, base), startTime.get(buffer, base));
    }

    void write(ByteBuffer buffer, int base, ProcessKey key) {
      tgid.put(buffer, base, key.pid());
      execId.put(buffer, base, key.execId());
      startTime.put(buffer, base, key.startTimeNanos());
    }
  }

  /** The four totals that counters share. */
  record CountsLayout(Field bytes, Field operations, Field first, Field last) {

    /**
     * @param prefix of the totals' fields in a larger struct
     */
    static CountsLayout of(StructLayout struct, String prefix, String bytesField) {
      return new CountsLayout(
          struct.integer(bytesField, 8),
          struct.integer(prefix + "operations", 8),
          struct.integer(prefix + "first_ns", 8),
          struct.integer(prefix + "last_ns", 8));
    }

    Counts read(ByteBuffer buffer, int base) {
      return new Counts(
          bytes.get(buffer, base),
          operations.get(buffer, base),
          first.get(buffer, base),
          last.get(buffer, base));
    }
  }

  /** Where the slots of a file lie. */
  record CoverageLayout(int slots, Field shift, Field unplaced) {

    CoverageLayout(StructLayout struct) {
      this(
          struct.field("coverage.slots").offset(),
          struct.integer("coverage.slot_shift", 4),
          struct.integer("coverage.unplaced_bytes", 8));
      int found = struct.field("coverage.slots").count() * Long.SIZE;
      if (found != Coverage.SLOTS) {
        throw new BtfException("the object has " + found + " slots: it and this program differ");
      }
    }

    /**
     * @param unplacedBytes of the increment
     */
    Coverage read(ByteBuffer buffer, int base, long unplacedBytes) {
      long[] words = new long[Coverage.SLOTS / Long.SIZE];
      for (int i = 0; i < words.length; i++) {
        words[i] = buffer.getLong(base + slots + i * Long.BYTES);
      }
      return Coverage.of(words, shift.getInt(buffer, base), unplacedBytes);
    }
  }
}
