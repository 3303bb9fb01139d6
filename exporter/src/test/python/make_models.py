# SPDX-License-Identifier: Apache-2.0
"""make_models.py PATH...: writes the same ten tensors (21 MB) to each path, by the own library of the format
that its ending names (none: safetensors); prints the SHA-256 of the tensors, one after the other.
"""
import hashlib
import os
import sys

import gguf
import h5py
import numpy
import onnx
import safetensors.numpy

TENSORS = {
    f"layer.{i}": numpy.random.default_rng(i).standard_normal((1024, 512), dtype=numpy.float32)
    for i in range(10)
}


def make_gguf(path):
    writer = gguf.GGUFWriter(path, "llama")
    for name, tensor in TENSORS.items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def make_hdf5(path):
    with h5py.File(path, "w") as file:
        for name, tensor in TENSORS.items():
            file.create_dataset(name, data=tensor)


def graph():
    """A graph that hands out its weights."""
    weights = [onnx.numpy_helper.from_array(tensor, name) for name, tensor in TENSORS.items()]
    outputs = {name: f"out.{name}" for name in TENSORS}
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


def make_onnx_data(path):
    """The graph goes to model.onnx beside its weights."""
    folder, name = os.path.split(path)
    graph_path = os.path.join(folder, "model.onnx")
    onnx.save(graph(), graph_path, save_as_external_data=True, location=name, size_threshold=1024)


MAKERS = {
    "": lambda path: safetensors.numpy.save_file(TENSORS, path),
    ".safetensors": lambda path: safetensors.numpy.save_file(TENSORS, path),
    ".gguf": make_gguf,
    ".onnx": lambda path: onnx.save(graph(), path),
    ".onnx_data": make_onnx_data,
    ".data": make_onnx_data,
    ".weights": make_onnx_data,
    ".npy": lambda path: numpy.save(path, numpy.concatenate(list(TENSORS.values()))),
    ".npz": lambda path: numpy.savez(path, **TENSORS),
    ".h5": make_hdf5,
}

for argument in sys.argv[1:]:
    MAKERS[os.path.splitext(argument)[1]](argument)
print(hashlib.sha256(b"".join(tensor.tobytes() for tensor in TENSORS.values())).hexdigest())
