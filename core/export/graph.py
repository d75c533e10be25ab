"""An ONNX graph in the making: constants and operations go in one after the other, a checked model comes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 18
"""The first with BitwiseXor; ONNX Runtime reads it from 1.14 on."""
IR_VERSION = 8
LARGEST = (1 << 31) - (1 << 20)
"""Bytes of one file: protocol buffers end at 2 GiB."""
NUMBERS = {"int64": TensorProto.INT64, "float32": TensorProto.FLOAT}


class Graph:
    """Nodes, constants and inputs; every method gives the name of a value."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self.size = 0

    def input(self, name: str, kind: str, shape: tuple[str | int, ...]) -> str:
        """Declare an input; a text in its shape is a dimension that may have any size."""
        self._inputs.append(helper.make_tensor_value_info(name, NUMBERS[kind], list(shape)))
        return name

    def constant(self, values: npt.ArrayLike, name: str = "") -> str:
        """A tensor that is in the file."""
        array = np.ascontiguousarray(values)
        array = array if np.ndim(values) else array.reshape(())
        name = name or f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(array, name))
        self.size += array.nbytes
        return name

    def op(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """One operation with one output."""
        output = name or f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [output], name=f"make_{output}", **attributes))
        return output

    def model(
        self, output: str, shape: tuple[str | int, ...], about: str, metadata: Mapping[str, str]
    ) -> onnx.ModelProto:
        """The whole, checked with shapes inferred.

        Args:
            output: float32 value that the graph gives.
        """
        outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, list(shape))]
        graph = helper.make_graph(self._nodes, "rankscope", self._inputs, outputs, self._constants, doc_string=about)
        model = helper.make_model(
            graph, producer_name="rankscope", opset_imports=[helper.make_opsetid("", OPSET)], doc_string=about
        )
        model.ir_version = IR_VERSION
        helper.set_model_props(model, dict(metadata))
        onnx.checker.check_model(model, full_check=True)
        return model
