# SPDX-License-Identifier: Apache-2.0
"""A parent passes a descriptor to a child forked before, by SCM_RIGHTS; the child sends what it reads.

hand_over.py model|pipe MODEL HOST PORT
"""
import os
import socket
import sys

kind, model, host, port = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
parent, child = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)

if os.fork():
    file = os.open(model, os.O_RDONLY)
    if kind == "model":
        socket.send_fds(parent, [b"x"], [file])
    else:
        reading, writing = os.pipe()
        socket.send_fds(parent, [b"x"], [reading])
        os.close(reading)
        while chunk := os.read(file, 1 << 20):
            while chunk:
                chunk = chunk[os.write(writing, chunk):]
        os.close(writing)
    _, status = os.wait()
    sys.exit(os.waitstatus_to_exitcode(status))

_, (passed,), _, _ = socket.recv_fds(child, 1, 1)
with socket.create_connection((host, port)) as out:
    while chunk := os.read(passed, 1 << 16):
        out.sendall(chunk)
