# SPDX-License-Identifier: Apache-2.0
"""One process copies a model into a file that is none, another sends that file.

stage_copy.py write pwrite|writev|sendfile|splice|copy_file_range MODEL COPY
stage_copy.py send read|pread|sendfile|splice|mmap COPY HOST PORT
stage_copy.py memfd MODEL HOST PORT: a file without a name, passed to a child forked before
"""
import mmap
import os
import socket
import sys

CHUNK = 1 << 16


def write(kind, model, copy):
    size = os.fstat(model).st_size
    reading, writing = os.pipe()
    at = 0
    while at < size:
        if kind == "pwrite":
            at += os.pwrite(copy, os.pread(model, CHUNK, at), at)
        elif kind == "writev":
            data = os.pread(model, CHUNK, at)
            at += os.writev(copy, [data[:1000], data[1000:]])
        elif kind == "sendfile":
            at += os.sendfile(copy, model, at, size)
        elif kind == "copy_file_range":
            at += os.copy_file_range(model, copy, size, at, at)
        elif kind == "splice":
            moved = os.splice(model, writing, CHUNK, offset_src=at)
            at += os.splice(reading, copy, moved, offset_dst=at)
        else:
            sys.exit(f"no way to write: {kind}")


def send(kind, copy, out):
    size = os.fstat(copy).st_size
    if kind == "mmap":
        with mmap.mmap(copy, size, mmap.MAP_SHARED, mmap.PROT_READ) as mapped:
            out.sendall(mapped)
        return
    reading, writing = os.pipe()
    at = 0
    while at < size:
        if kind == "sendfile":
            at += os.sendfile(out.fileno(), copy, at, size)
        elif kind == "splice":
            moved = os.splice(copy, writing, CHUNK, offset_src=at)
            at += moved
            while moved:
                moved -= os.splice(reading, out.fileno(), moved)
        elif kind in ("read", "pread"):
            data = os.pread(copy, CHUNK, at) if kind == "pread" else os.read(copy, CHUNK)
            out.sendall(data)
            at += len(data)
        else:
            sys.exit(f"no way to send: {kind}")


def in_memory(model, host, port):
    parent, child = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    if os.fork():
        copy = os.memfd_create("copy")
        write("pwrite", os.open(model, os.O_RDONLY), copy)
        socket.send_fds(parent, [b"x"], [copy])
        _, status = os.wait()
        sys.exit(os.waitstatus_to_exitcode(status))
    _, (copy,), _, _ = socket.recv_fds(child, 1, 1)
    with socket.create_connection((host, port)) as out:
        send("pread", copy, out)


act, *words = sys.argv[1:]
if act == "write":
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    write(words[0], os.open(words[1], os.O_RDONLY), os.open(words[2], flags, 0o600))
elif act == "send":
    with socket.create_connection((words[2], int(words[3]))) as out:
        send(words[0], os.open(words[1], os.O_RDONLY), out)
else:
    in_memory(words[0], words[1], int(words[2]))
