"""The precompiles that PlimsollGate calls, with the byte formats and refusals of EIP-2537 and EIP-198, over py_ecc."""

from __future__ import annotations

from typing import Any

from py_ecc.bls.hash_to_curve import clear_cofactor_G2, map_to_curve_G2
from py_ecc.fields import optimized_bls12_381_FQ as FQ
from py_ecc.fields import optimized_bls12_381_FQ2 as FQ2
from py_ecc.fields import optimized_bls12_381_FQ12 as FQ12
from py_ecc.optimized_bls12_381 import (
    Z1,
    Z2,
    add,
    b,
    b2,
    curve_order,
    field_modulus,
    final_exponentiate,
    is_inf,
    is_on_curve,
    multiply,
    normalize,
    pairing,
)


class PrecompileError(Exception):
    """A precompile fails: the call returns no success."""


def call(address: int, data: bytes) -> bytes:
    """What a static call of the precompile returns. Raises PrecompileError."""
    return {0x05: modexp, 0x0B: g1_add, 0x0D: g2_add, 0x0F: pairing_check, 0x11: map_fp2_to_g2}[address](data)


def modexp(data: bytes) -> bytes:
    sizes = [int.from_bytes(data[i : i + 32], "big") for i in (0, 32, 64)]
    parts, at = [], 96
    for size in sizes:
        parts.append(int.from_bytes(data[at : at + size], "big"))
        at += size
    return pow(parts[0], parts[1], parts[2]).to_bytes(sizes[2], "big")


def g1_add(data: bytes) -> bytes:
    _length(data, 256)
    return _write(add(_g1(data[:128]), _g1(data[128:])), 1)


def g2_add(data: bytes) -> bytes:
    _length(data, 512)
    return _write(add(_g2(data[:256]), _g2(data[256:])), 2)


def pairing_check(data: bytes) -> bytes:
    if not data or len(data) % 384:
        raise PrecompileError("length")
    product = FQ12.one()
    for i in range(0, len(data), 384):
        one, two = _g1(data[i : i + 128]), _g2(data[i + 128 : i + 384])
        if not is_inf(multiply(one, curve_order)) or not is_inf(multiply(two, curve_order)):
            raise PrecompileError("subgroup")
        product *= pairing(two, one, final_exponentiate=False)
    return int(final_exponentiate(product) == FQ12.one()).to_bytes(32, "big")


def map_fp2_to_g2(data: bytes) -> bytes:
    _length(data, 128)
    element = FQ2((_element(data[:64]), _element(data[64:])))
    return _write(clear_cofactor_G2(map_to_curve_G2(element)), 2)


def _length(data: bytes, expected: int) -> None:
    if len(data) != expected:
        raise PrecompileError("length")


def _element(data: bytes) -> int:
    value = int.from_bytes(data, "big")
    if value >= field_modulus:
        raise PrecompileError("element")
    return value


def _g1(data: bytes) -> Any:
    x, y = (_element(data[i : i + 64]) for i in (0, 64))
    point = Z1 if x == y == 0 else (FQ(x), FQ(y), FQ.one())
    if not is_on_curve(point, b):
        raise PrecompileError("curve")
    return point


def _g2(data: bytes) -> Any:
    x0, x1, y0, y1 = (_element(data[i : i + 64]) for i in range(0, 256, 64))
    point = Z2 if x0 == x1 == y0 == y1 == 0 else (FQ2((x0, x1)), FQ2((y0, y1)), FQ2.one())
    if not is_on_curve(point, b2):
        raise PrecompileError("curve")
    return point


def _write(point: Any, degree: int) -> bytes:
    if is_inf(point):
        return bytes(128 * degree)
    x, y = normalize(point)
    parts = [part for one in (x, y) for part in (one.coeffs if degree == 2 else (one,))]
    return b"".join(int(part).to_bytes(64, "big") for part in parts)
