# SPDX-License-Identifier: Apache-2.0
"""On what was measured: enough to compare, nothing that names the machine."""

import os
import platform
import re
import subprocess


def first_match(pattern, text):
    found = re.search(pattern, text, re.MULTILINE)
    return found.group(1).strip() if found else "unknown"


def read(path):
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return "unknown"


def said_by(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True)


def describe(folder):
    """Facts by name. The kernel's release is cut to its numbers: what follows names who built it."""
    cpu = read("/proc/cpuinfo")
    java = said_by("java", "-version").stderr
    bpftrace = said_by("bpftrace", "--version").stdout
    return {
        "processor": first_match(r"^model name\s*: (.*)$", cpu),
        "cores": os.cpu_count(),
        "virtual": "hypervisor" in cpu,
        "clock": read("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
        "kernel": first_match(r"^(\d+\.\d+(?:\.\d+)?)", platform.release()),
        "bpf_jit": read("/proc/sys/net/core/bpf_jit_enable"),
        "file_system": said_by("findmnt", "-n", "-o", "FSTYPE", "-T", folder).stdout.strip(),
        "java": first_match(r'version "([^"]+)"', java),
        "bpftrace": first_match(r"v(\S+)", bpftrace),
    }
