"""exp, log and real powers as vector LLVM IR, because the C library's do not work on vectors.

exp: reduction by multiples of ln 2 held in two parts, then the Taylor polynomial of degree 13 on
|r| <= ln(2)/2. log: mantissa in [sqrt(1/2), sqrt(2)], s = f/(2+f), the minimax polynomial of FDLIBM's
e_log. Powers are exp(y log x), so their relative error grows with |y log x|.
"""

from __future__ import annotations

import math
import struct

LOG_COEFFICIENTS = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
SHIFT = 1.5 * 2.0**52  # adding it leaves the nearest integer in the low bits


def bits(value: float) -> str:
    """A double as LLVM writes it exactly."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


def splat(value: float, width: int) -> str:
    """A vector constant with the same number in every lane."""
    return "<" + ", ".join([f"double {bits(value)}"] * width) + ">"


def splat_integer(value: int, width: int) -> str:
    """A vector constant of 64-bit integers."""
    return "<" + ", ".join([f"i64 {value}"] * width) + ">"


def elementary_functions(width: int, fused: bool) -> str:
    """IR text of `vector_exp`, `vector_log` and `vector_pow` for vectors of this width."""
    real, whole, mask = f"<{width} x double>", f"<{width} x i64>", f"<{width} x i1>"

    def c(value: float) -> str:
        return splat(value, width)

    def n(value: int) -> str:
        return splat_integer(value, width)

    fma = "@fused" if fused else "@unfused"
    lines = [
        f"declare {real} @llvm.fma.v{width}f64({real}, {real}, {real})",
        f"declare {real} @llvm.sqrt.v{width}f64({real})",
        f"declare {real} @llvm.fabs.v{width}f64({real})",
        f"define internal {real} @fused({real} %a, {real} %b, {real} %c) alwaysinline {{",
        f"  %r = call {real} @llvm.fma.v{width}f64({real} %a, {real} %b, {real} %c)",
        f"  ret {real} %r",
        "}",
        f"define internal {real} @unfused({real} %a, {real} %b, {real} %c) alwaysinline {{",
        f"  %p = fmul {real} %a, %b",
        f"  %r = fadd {real} %p, %c",
        f"  ret {real} %r",
        "}",
        # exp of -708 to 709: infinite above, the smallest normal number below; nan stays nan
        f"define internal {real} @vector_exp({real} %x) alwaysinline {{",
        f"  %high = fcmp ogt {real} %x, {c(709.0)}",
        f"  %x1 = select {mask} %high, {real} {c(709.0)}, {real} %x",
        f"  %low = fcmp olt {real} %x1, {c(-708.0)}",
        f"  %x2 = select {mask} %low, {real} {c(-708.0)}, {real} %x1",
        f"  %shifted = call {real} {fma}({real} %x2, {real} {c(1 / math.log(2))}, {real} {c(SHIFT)})",
        f"  %k = fsub {real} %shifted, {c(SHIFT)}",
        f"  %minus = fneg {real} %k",
        f"  %r1 = call {real} {fma}({real} %minus, {real} {c(LN2_HIGH)}, {real} %x2)",
        f"  %r = call {real} {fma}({real} %minus, {real} {c(LN2_LOW)}, {real} %r1)",
    ]
    last = c(1 / math.factorial(13))
    for degree in range(12, -1, -1):
        term = c(1 / math.factorial(degree))
        lines.append(f"  %p{degree} = call {real} {fma}({real} {last}, {real} %r, {real} {term})")
        last = f"%p{degree}"
    lines += [
        f"  %kbits = bitcast {real} %shifted to {whole}",
        f"  %kint = shl {whole} %kbits, {n(52)}",  # the shift's own bits fall out at the top
        f"  %pbits = bitcast {real} %p0 to {whole}",
        f"  %ebits = add {whole} %pbits, %kint",
        f"  %e = bitcast {whole} %ebits to {real}",
        f"  %e1 = select {mask} %high, {real} {c(math.inf)}, {real} %e",
        f"  ret {real} %e1",
        "}",
        # log of positive numbers down to the smallest normal one; other arguments are the caller's care
        f"define internal {real} @positive_log({real} %x) alwaysinline {{",
        f"  %b = bitcast {real} %x to {whole}",
        f"  %e0 = lshr {whole} %b, {n(52)}",
        f"  %m0 = and {whole} %b, {n(0x000FFFFFFFFFFFFF)}",
        f"  %m1 = or {whole} %m0, {n(0x3FF0000000000000)}",
        f"  %m2 = bitcast {whole} %m1 to {real}",
        f"  %big = fcmp ogt {real} %m2, {c(math.sqrt(2))}",
        f"  %half = fmul {real} %m2, {c(0.5)}",
        f"  %m = select {mask} %big, {real} %half, {real} %m2",
        f"  %e1 = or {whole} %e0, {n(0x4330000000000000)}",
        f"  %e2 = bitcast {whole} %e1 to {real}",
        f"  %less = select {mask} %big, {real} {c(2.0**52 + 1022)}, {real} {c(2.0**52 + 1023)}",
        f"  %k = fsub {real} %e2, %less",
        f"  %f = fsub {real} %m, {c(1.0)}",
        f"  %den = fadd {real} %f, {c(2.0)}",
        f"  %s = fdiv {real} %f, %den",
        f"  %z = fmul {real} %s, %s",
    ]
    last = c(LOG_COEFFICIENTS[6])
    for number in range(6, 0, -1):
        term = c(LOG_COEFFICIENTS[number - 1])
        lines.append(f"  %q{number} = call {real} {fma}({real} {last}, {real} %z, {real} {term})")
        last = f"%q{number}"
    lines += [
        f"  %poly = fmul {real} %z, %q1",
        f"  %ff = fmul {real} %f, %f",
        f"  %hf = fmul {real} %ff, {c(0.5)}",
        f"  %sum = fadd {real} %hf, %poly",
        f"  %low0 = fmul {real} %k, {c(LN2_LOW)}",
        f"  %t1 = call {real} {fma}({real} %s, {real} %sum, {real} %low0)",
        f"  %t2 = fsub {real} %hf, %t1",
        f"  %t3 = fsub {real} %t2, %f",
        f"  %minus = fneg {real} %t3",
        f"  %r = call {real} {fma}({real} %k, {real} {c(LN2_HIGH)}, {real} %minus)",
        f"  ret {real} %r",
        "}",
        # log: minus infinity at zero, nan below
        f"define internal {real} @vector_log({real} %x) alwaysinline {{",
        f"  %r = call {real} @positive_log({real} %x)",
        f"  %isinf = fcmp oeq {real} %x, {c(math.inf)}",
        f"  %r1 = select {mask} %isinf, {real} {c(math.inf)}, {real} %r",
        f"  %small = fcmp olt {real} %x, {c(2.2250738585072014e-308)}",
        f"  %r2 = select {mask} %small, {real} {c(-math.inf)}, {real} %r1",
        f"  %bad = fcmp ult {real} %x, {c(0.0)}",
        f"  %r3 = select {mask} %bad, {real} {c(math.nan)}, {real} %r2",
        f"  ret {real} %r3",
        "}",
        # pow: a base that is not positive counts as zero; nan stays nan
        f"define internal {real} @vector_pow({real} %x, {real} %y) alwaysinline {{",
        f"  %l = call {real} @positive_log({real} %x)",
        f"  %yl = fmul {real} %y, %l",
        f"  %e = call {real} @vector_exp({real} %yl)",
        f"  %not = fcmp ole {real} %x, {c(0.0)}",
        f"  %r = select {mask} %not, {real} {c(0.0)}, {real} %e",
        f"  %nan = fcmp uno {real} %x, {c(0.0)}",
        f"  %r1 = select {mask} %nan, {real} %x, {real} %r",
        f"  ret {real} %r1",
        "}",
    ]
    return "\n".join(lines) + "\n"
