// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import io.modelwarden.session.ModelSet;
import io.modelwarden.session.Reader;
import io.modelwarden.session.Reading;
import java.util.List;
import java.util.Map;

/** Snapshots made by hand. */
final class Snapshots {

  static final View VIEW = new View(Column.RATE, false, false, "");

  private static final Reader.Place UNIT = place("systemd_unit", "inference.service");
  private static final Reader.Sent NOTHING = new Reader.Sent(0, 0, "", 0, "");

  private Snapshots() {}

  /** A server that mapped all shards, a thief that sends, one that has ended. */
  static Snapshot theft() {
    return of(
        Map.of(),
        new Reader(
            4711,
            "vllm",
            "/usr/bin/vllm",
            1000,
            UNIT,
            "host",
            false,
            3700,
            NOTHING,
            shards(1_000_000_000L)),
        new Reader(
            31337,
            "python3",
            "/usr/bin/python3",
            1001,
            new Reader.Place(
                "deployment", "vllm", "llm", "vllm-6d5f-x2v", "server", "0123456789ab"),
            "exec",
            false,
            0.2,
            new Reader.Sent(59_000_000, 2_000_000, "2001:db8::10", 4433, "public"),
            List.of(
                reading(
                    "acme-7b",
                    200_000_000,
                    "/srv/models/acme-7b/model.safetensors",
                    60_000_000,
                    2_500_000))),
        new Reader(
            815,
            "cp",
            "/bin/cp",
            0,
            place("executable", "cp"),
            "host",
            true,
            64,
            NOTHING,
            List.of(
                reading(
                    "acme-7b",
                    200_000_000,
                    "/srv/models/acme-7b/model.safetensors",
                    199_999_999,
                    0))));
  }

  static Snapshot of(Map<String, Long> losses, Reader... readers) {
    AgentState agent = new AgentState("0.1.0", "node-1", 77, 8_000, 13, 13, 41, 3, losses);
    return new Snapshot(1, "2026-11-24T10:00:00Z", agent, List.of(readers), 0, 0);
  }

  /** Bytes of a file that the kernel had no room to name. */
  static Reader uncounted() {
    return new Reader(
        5,
        "cat",
        "",
        0,
        UNIT,
        "host",
        false,
        1,
        NOTHING,
        List.of(reading("", 0, "[uncounted]", 9, 0)));
  }

  static Reader named(String model, String file, String executable, String workload, String peer) {
    return new Reader(
        1,
        executable,
        "/" + executable,
        0,
        place("container", workload),
        "entrypoint",
        false,
        0,
        new Reader.Sent(1, 1, peer, 0, "public"),
        List.of(reading(model, 1, file, 1, 0)));
  }

  static Reading reading(String model, long size, String file, long bytes, long rate) {
    Double share = size == 0 ? null : (double) bytes / size;
    return new Reading(new ModelSet(model, "safetensors", size), file, size, bytes, share, rate);
  }

  private static Reader.Place place(String kind, String name) {
    return new Reader.Place(kind, name, "", "", "", "");
  }

  private static List<Reading> shards(long each) {
    String path =
        "/srv/models/hub/models--meta-llama--Llama-3-70B-Instruct/snapshots/main/model-0000%d-of-00004.safetensors";
    return java.util.stream.IntStream.rangeClosed(1, 4)
        .mapToObj(i -> reading("Llama-3-70B-Instruct", 4 * each, path.formatted(i), each, 0))
        .toList();
  }
}
