# SPDX-License-Identifier: Apache-2.0
"""load_model.py LOADER PATH: loads a model as that loader does; prints the SHA-256 of its tensors, one
after the other, so that a load that left something out is noticed.
"""
import concurrent.futures
import hashlib
import mmap
import os
import sys

import numpy

NAMES = [f"layer.{i}" for i in range(10)]


def ordered(tensors):
    return [tensors[name] for name in NAMES]


def safe_open(path):
    import safetensors

    with safetensors.safe_open(path, "np") as file:
        return [file.get_tensor(name) for name in NAMES]


def load_file(path):
    import safetensors.numpy

    return ordered(safetensors.numpy.load_file(path))


def load_bytes(path):
    import safetensors.numpy

    with open(path, "rb") as file:
        return ordered(safetensors.numpy.load(file.read()))


def map_twice(path):
    """The two mappings that PyTorch makes of a safetensors file: one for the header, one for the tensors."""
    import safetensors.numpy

    with open(path, "rb") as file:
        header = mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ)
        tensors = mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE)
    assert header[:4096] == tensors[:4096]
    return ordered(safetensors.numpy.load(tensors[:]))


def direct_threads(path):
    """Sixteen threads on one O_DIRECT descriptor, as fastsafetensors reads."""
    import safetensors.numpy

    chunk, size = 512 * 1024, os.path.getsize(path)
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECT)

    def read(offset):
        buffer = mmap.mmap(-1, chunk)  # aligned, as the disk asks for
        return buffer[: os.preadv(descriptor, [buffer], offset)]

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        parts = list(pool.map(read, range(0, size, chunk)))
    return ordered(safetensors.numpy.load(b"".join(parts)))


def gguf(path):
    import gguf

    return [tensor.data for tensor in gguf.GGUFReader(path).tensors]


def onnx(path):
    import onnx

    return [onnx.numpy_helper.to_array(tensor) for tensor in onnx.load(path).graph.initializer]


def onnxruntime(path):
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {})


def numpy_map(path):
    return [numpy.load(path, mmap_mode="r")]


def hdf5(path):
    import h5py

    with h5py.File(path) as file:
        return [file[name][()] for name in NAMES]


LOADERS = {
    "safe_open": safe_open,
    "load_file": load_file,
    "load_bytes": load_bytes,
    "map_twice": map_twice,
    "direct_threads": direct_threads,
    "gguf": gguf,
    "onnx": onnx,
    "onnxruntime": onnxruntime,
    "numpy": lambda path: [numpy.load(path)],
    "numpy_map": numpy_map,
    "numpy_archive": lambda path: ordered(numpy.load(path)),
    "hdf5": hdf5,
}

digest = hashlib.sha256()
for loaded in LOADERS[sys.argv[1]](sys.argv[2]):
    digest.update(numpy.ascontiguousarray(loaded))
print(digest.hexdigest())
