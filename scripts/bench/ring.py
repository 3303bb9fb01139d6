# SPDX-License-Identifier: Apache-2.0
"""What one record of a ring costs its reader: Java from mapped memory, a JNA callback, C."""

import os

from programs import BUILT, REPOSITORY, pairs, run

# The options of exporter/bin/modelwarden that decide how fast its code is.
JAVA = ["java", "-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]


def measure_ring(plan):
    """Nanoseconds per record of 128 bytes, medians."""
    target = REPOSITORY / "exporter/target"
    classes = os.pathsep.join([str(target / "test-classes"), str(target / "modelwarden.jar")])
    java = run(
        [*JAVA, f"-Dmodelwarden.repository={REPOSITORY}", "-cp", classes]
        + ["io.modelwarden.libbpf.RingCost", plan.ring_rounds]
    )
    costs = {line["reader"]: float(line["median"]) for line in map(pairs, java.splitlines())}
    c = pairs(run([BUILT / "bench/ring", BUILT / "test/seam.bpf.o", plan.ring_rounds]))
    plan.say("ring")
    return {"java_mapped": costs["mapped"], "java_callback": costs["callback"], "c": float(c["median"])}
