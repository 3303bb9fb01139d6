# SPDX-License-Identifier: Apache-2.0
"""What is added to a call: the variants in turn, round after round, on a processor of its own."""

from programs import BUILT, LOAD, pairs, run
from variants import Bpftrace, Empty, EmptySend, LeftOut, Nothing, Ours, Witness, links, undisturbed

MODEL_BYTES = 210_000_000
OTHER_BYTES = 4 << 20
SMALL_BYTES = 64 << 10

# (row, operation of bpf/tests/bench/calls.c, file, title)
ROWS = [
    ("getppid", "getppid", None, "`getppid`, an unrelated call"),
    ("read", "read", None, "`read` of 1 byte of /dev/zero"),
    ("pread_model", "pread", "model", "`pread` of 4 KiB of a model, cached"),
    ("pread_other", "pread", "other", "`pread` of 4 KiB of another file of 4 MiB"),
    ("pread_small", "pread", "small", "`pread` of 4 KiB of a small file"),
    ("uring_model", "uring", "model", "4 KiB of a model by io_uring, cached"),
    ("uring_other", "uring", "other", "4 KiB of another file of 4 MiB by io_uring"),
    ("read_left_out", "read", None, "`read` of 1 byte of /dev/zero in a cgroup that is left out"),
    ("pread_left_out", "pread", "model", "`pread` of 4 KiB of a model in a cgroup that is left out"),
    ("write_small", "pwrite", "written", "`pwrite` of 4 KiB to a small file"),
    ("open_model", "open", "model", "`open` and `close` of a model"),
    ("open_other", "open", "other", "`open` and `close` of another file of 4 MiB"),
    ("open_small", "open", "small", "`open` and `close` of a small file"),
    ("send", "send", None, "`send` and `recv` of 64 bytes over loopback"),
    ("send_armed", "armed_send", "model", "the same by a process that has a model open"),
    ("pipe", "pipe", None, "`write` and `read` of 64 bytes over a pipe"),
    ("pipe_armed", "armed_pipe", "model", "the same by a process that has a model open"),
    ("read_witness", "read", None, "`read` of 1 byte of /dev/zero with the race witness"),
    ("pread_witness", "pread", "model", "`pread` of 4 KiB of a model, cached, with the race witness"),
    ("load", "load", "model", "a loader: 25,600 reads of 8 KiB in a process of its own"),
]


def make_files(folder):
    files = {
        "model": folder / "model.safetensors",
        "other": folder / "other.bin",
        "small": folder / "small.bin",
        "written": folder / "written.log",
    }
    run([BUILT / "acts/make_model", files["model"], MODEL_BYTES])
    files["other"].write_bytes(bytes(range(256)) * (OTHER_BYTES // 256))
    for name in ("small", "written"):
        files[name].write_bytes(bytes(range(256)) * (SMALL_BYTES // 256))
    return files


def measure(operation, file, plan):
    """Nanoseconds per call, the lower quartile of some short chunks, and the whole truth of the load."""
    chunks = plan.loads if operation == "load" else plan.chunks
    command = [BUILT / "bench/calls", operation, plan.chunk_milliseconds, chunks]
    truth = pairs(run(command + ([file] if file else []), LOAD))
    return float(truth["quartile"]), truth


def one_turn(variant, files, plan, results, starts):
    """All rows while one variant is attached, again and again: the pass that was disturbed least counts."""
    passes, truths = {}, {}
    with variant:
        own = links()
        for _ in range(plan.passes):
            for row, operation, file, _ in ROWS:
                if not variant.measures(row):
                    continue
                once = lambda: measure(operation, files.get(file), plan)
                nanoseconds, truth = undisturbed(own, once) if plan.strict else once()
                passes.setdefault(row, []).append(nanoseconds)
                if row in ("pread_model", "pread_left_out", "pread_witness"):
                    truths[int(truth["pid"])] = int(truth["bytes"])
        if variant.name == "ours":
            starts["ready_seconds"].append(variant.ready_seconds)
            starts["rss_mebibytes"].append(variant.rss_mebibytes())
    for row, reached in passes.items():
        results[row].setdefault(variant.name, []).append(min(reached))
    variant.verify(truths)


def run_rounds(folder, files, collector, plan):
    """Rounds of all variants; each round begins with another, so that no place in it is favoured."""
    results = {row: {} for row, *_ in ROWS}
    starts = {"ready_seconds": [], "rss_mebibytes": []}
    for number in range(plan.rounds):
        left_out = LeftOut(folder, collector, files["model"])
        witness = Witness(folder, collector)
        ours = Ours(folder, collector)
        variants = [Nothing(), Empty(), EmptySend(), ours, left_out, witness, Bpftrace()]
        shift = number % len(variants)
        for variant in variants[shift:] + variants[:shift]:
            if plan.strict:
                undisturbed(set(), lambda: None)
            one_turn(variant, files, plan, results, starts)
        plan.say(f"round {number + 1} of {plan.rounds}")
    return results, starts
