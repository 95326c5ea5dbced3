"""A number type for numba that holds one value for each of several hyperparameter points, in one SIMD register.

With it the batch kernel reads like scalar equations while every operation works on ``WIDTH`` points. Addition after
multiplication may be contracted to a fused multiply-add.
"""

# numba ships partial types
# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import llvmlite.binding
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, register_model
from numba.np.arrayobj import make_array

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTH = 8 if llvmlite.binding.get_host_cpu_features().get("avx512f") else 4
"""Points in one register: 8 doubles with AVX-512, else 4."""

_VECTOR = ir.VectorType(ir.DoubleType(), WIDTH)
_MASK = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)


class _Lanes(types.Type):
    def __init__(self) -> None:
        super().__init__(name="Lanes")


LANES = _Lanes()


@register_model(_Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, numba_type: Any) -> None:
        super().__init__(manager, numba_type, _VECTOR)


def _binary(operation: Callable[..., Any], instruction: str) -> None:
    class Template(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            del kws
            return signature(LANES, *args) if args == (LANES, LANES) else None

    def lower(_context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return getattr(builder, instruction)(*args, flags=("contract",))

    infer_global(operation)(Template)
    lower_builtin(operation, LANES, LANES)(lower)


for _operation, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _binary(_operation, _instruction)


def _splat(builder: Any, x: Any) -> Any:
    one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), x, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, ir.Constant(_VECTOR, ir.Undefined), _MASK)


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, offset: Any) -> Any:
    data = make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [offset]), _VECTOR.as_pointer())


@intrinsic
def every(_typing: Any, x: Any) -> Any:
    """The same number in every lane."""

    def codegen(_context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return _splat(builder, args[0])

    return LANES(types.float64), codegen


@intrinsic
def load(_typing: Any, array: Any, offset: Any) -> Any:
    """``WIDTH`` numbers of a C-contiguous array from a flat offset on."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load(_pointer(context, builder, sig.args[0], *args), align=8)

    return LANES(array, types.intp), codegen


@intrinsic
def store(_typing: Any, array: Any, offset: Any, value: Any) -> Any:
    """Write ``WIDTH`` numbers to a C-contiguous array from a flat offset on."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.store(args[2], _pointer(context, builder, sig.args[0], *args[:2]), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, LANES), codegen


@intrinsic
def root(_typing: Any, x: Any) -> Any:
    """The square root of each lane."""

    def codegen(_context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(_VECTOR, [_VECTOR]), f"llvm.sqrt.v{WIDTH}f64"
        )
        return builder.call(function, args)

    return LANES(LANES), codegen
