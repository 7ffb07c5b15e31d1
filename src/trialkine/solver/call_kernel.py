"""Calling generated kernels by address, from code that numba compiles once for all models and caches."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


@intrinsic
def _call_kernel(typing_context: Any, address: Any, arguments: Any) -> Any:
    """Call the function at `address` with a tuple of addresses (all int64); it returns nothing."""

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        word = ir.IntType(64)
        kind = ir.FunctionType(ir.VoidType(), [word] * arguments.count)
        function = builder.inttoptr(values[0], kind.as_pointer())
        words = [builder.extract_value(values[1], position) for position in range(arguments.count)]
        builder.call(function, words)
        return context.get_dummy_value()

    return types.void(address, arguments), code


call_kernel: Any = _call_kernel  # numba supplies the typing context that the definition takes first
