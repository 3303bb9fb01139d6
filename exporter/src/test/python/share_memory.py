# SPDX-License-Identifier: Apache-2.0
"""A parent copies a model into memory that it shares with a child, made before; the child sends it.

share_memory.py anonymous|file|system_v MODEL HOST PORT

Says pid= of the child once the copy is there; the child waits for a line, sends, and says bytes=.
"""
import ctypes
import mmap
import os
import socket
import sys

IPC_PRIVATE = 0
IPC_CREAT = 0o1000
IPC_RMID = 0

kind, model, host, port = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
size = os.path.getsize(model)
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]


def attach(number):
    address = libc.shmat(number, None, 0)
    if address in (None, ctypes.c_void_p(-1).value):
        sys.exit("shmat")
    return memoryview((ctypes.c_char * size).from_address(address)).cast("B")


def map_file(path):
    descriptor = os.open(path, os.O_RDWR)
    mapped = memoryview(mmap.mmap(descriptor, size))
    os.close(descriptor)
    return mapped


if kind == "anonymous":
    both = memoryview(mmap.mmap(-1, size))
    take = lambda: both
elif kind == "file":
    path = f"/dev/shm/modelwarden-{os.getpid()}"
    with open(path, "wb") as made:
        made.truncate(size)
    take = lambda: map_file(path)
else:
    number = libc.shmget(IPC_PRIVATE, size, IPC_CREAT | 0o600)
    take = lambda: attach(number)

child = os.fork()
memory = take()
if child:
    with open(model, "rb") as file:
        file.readinto(memory)
    print(f"pid={child}", flush=True)
    _, status = os.waitpid(child, 0)
    if kind == "file":
        os.unlink(path)
    elif kind == "system_v":
        libc.shmctl(number, IPC_RMID, None)
    sys.exit(os.waitstatus_to_exitcode(status))

sys.stdin.readline()
with socket.create_connection((host, port)) as out:
    out.sendall(memory)
print(f"bytes={size}", flush=True)
