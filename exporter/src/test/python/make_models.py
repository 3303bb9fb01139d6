# SPDX-License-Identifier: Apache-2.0
"""make_models.py PATH...: writes ten tensors (21 MB) to each path, others to each as equal files are copies of one
model, by the own library of the format that its ending names (none: safetensors); prints for each path the
SHA-256 of its tensors, one after the other.
"""
import hashlib
import os
import sys
import zlib

import gguf
import h5py
import numpy
import onnx
import safetensors.numpy


def tensors_of(path):
    seed = zlib.crc32(path.encode())
    return {
        f"layer.{i}": numpy.random.default_rng([seed, i]).standard_normal((1024, 512), dtype=numpy.float32)
        for i in range(10)
    }


def make_gguf(path, tensors):
    writer = gguf.GGUFWriter(path, "llama")
    for name, tensor in tensors.items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def make_hdf5(path, tensors):
    with h5py.File(path, "w") as file:
        for name, tensor in tensors.items():
            file.create_dataset(name, data=tensor)


def graph(tensors):
    """A graph that hands out its weights."""
    weights = [onnx.numpy_helper.from_array(tensor, name) for name, tensor in tensors.items()]
    outputs = {name: f"out.{name}" for name in tensors}
    return onnx.helper.make_model(
        onnx.helper.make_graph(
            [onnx.helper.make_node("Identity", [name], [out]) for name, out in outputs.items()],
            "weights",
            [],
            [
                onnx.helper.make_tensor_value_info(out, onnx.TensorProto.FLOAT, (1024, 512))
                for out in outputs.values()
            ],
            initializer=weights,
        ),
        opset_imports=[onnx.helper.make_opsetid("", 17)],
        ir_version=9,
    )


def make_onnx_data(path, tensors):
    """The graph goes to model.onnx beside its weights."""
    folder, name = os.path.split(path)
    graph_path = os.path.join(folder, "model.onnx")
    onnx.save(graph(tensors), graph_path, save_as_external_data=True, location=name, size_threshold=1024)


MAKERS = {
    "": lambda path, tensors: safetensors.numpy.save_file(tensors, path),
    ".safetensors": lambda path, tensors: safetensors.numpy.save_file(tensors, path),
    ".gguf": make_gguf,
    ".onnx": lambda path, tensors: onnx.save(graph(tensors), path),
    ".onnx_data": make_onnx_data,
    ".data": make_onnx_data,
    ".weights": make_onnx_data,
    ".npy": lambda path, tensors: numpy.save(path, numpy.concatenate(list(tensors.values()))),
    ".npz": lambda path, tensors: numpy.savez(path, **tensors),
    ".h5": make_hdf5,
}

for argument in sys.argv[1:]:
    made = tensors_of(argument)
    MAKERS[os.path.splitext(argument)[1]](argument, made)
    print(hashlib.sha256(b"".join(tensor.tobytes() for tensor in made.values())).hexdigest())
