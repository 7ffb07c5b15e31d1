"""exp, log and real powers as vector LLVM IR, because the C library's do not work on vectors.

A kernel waits for these functions rather than for its sums, so they are short: polynomials are summed
pairwise (Estrin's scheme), tests stand beside the path that the result takes, and there is one division.

- exp: x = k ln 2 + r with ln 2 held in two parts, |r| <= ln(2)/2, a minimax polynomial of degree 11.
- log: x = 2**k m with m in [sqrt(1/2), sqrt(2)], f = m - 1, s = f / (2 + f) and log m = f - s (f - R(s**2)),
  after FDLIBM's e_log.
- powers: 2**(y log2 x) with log2 x kept as k plus the logarithm of m, so that the error grows with |y| alone.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

# (exp(r) - 1 - r) / r**2 for |r| <= ln(2)/2 and (2**r - 1 - r ln 2) / r**2 for |r| <= 1/2: minimax,
# errors of the result 3.6e-18 and 4.1e-18
EXP_COEFFICIENTS = (
    0.5000000000000011,
    0.1666666666666641,
    0.04166666666652973,
    0.008333333333494994,
    0.0013888888943758364,
    0.00019841269505723475,
    2.4801492951249026e-05,
    2.755758685977801e-06,
    2.7630305693506707e-07,
    2.4999998144808612e-08,
)
EXP2_COEFFICIENTS = (
    0.2402265069591011,
    0.055504108664821715,
    0.009618129107601101,
    0.001333355814654764,
    0.00015403530449621805,
    1.5252733633366434e-05,
    1.3215438559949343e-06,
    1.0178160028693726e-07,
    7.073278554190427e-09,
    4.438902077599324e-10,
)
# R(z) / z of e_log
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
PER_LN2 = 1 / math.log(2)
SHIFT = 1.5 * 2.0**52  # adding it leaves the nearest integer in the low bits
ONE = 0x3FF0000000000000  # the bits of 1.0; those of an exponent of two stand in the same place
MANTISSA = 0x000FFFFFFFFFFFFF
ROOT_HALF = 0x3FE6A09E667F3BCD  # the bits of sqrt(1/2)
UPPER_HALF = 0xFFFFFFFFF8000000  # of a mantissa: products with integers below 2048 are exact
HIGHEST, LOWEST = 709.0, -708.0  # exp is infinite above, and its smallest value below
SMALLEST_NORMAL = 2.2250738585072014e-308


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
    bodies = (_exp(_Body(width, fused)), _log(_Body(width, fused)), _pow(_Body(width, fused)))
    return "\n".join([_declarations(width), *bodies])


def _declarations(width: int) -> str:
    """Square roots, absolute values, and a product plus a number with one rounding or with two."""
    real = f"<{width} x double>"
    return "\n".join(
        [
            f"declare {real} @llvm.fma.v{width}f64({real}, {real}, {real})",
            f"declare {real} @llvm.sqrt.v{width}f64({real})",
            f"declare {real} @llvm.fabs.v{width}f64({real})",
            f"declare i1 @llvm.vector.reduce.or.v{width}i1(<{width} x i1>)",
            f"define internal {real} @fused({real} %a, {real} %b, {real} %c) alwaysinline {{",
            f"  %r = call {real} @llvm.fma.v{width}f64({real} %a, {real} %b, {real} %c)",
            f"  ret {real} %r",
            "}",
            f"define internal {real} @unfused({real} %a, {real} %b, {real} %c) alwaysinline {{",
            f"  %p = fmul {real} %a, %b",
            f"  %r = fadd {real} %p, %c",
            f"  ret {real} %r",
            "}",
        ]
    )


class _Body:
    """The instructions of one function of vectors, in order."""

    def __init__(self, width: int, fused: bool) -> None:
        self.width = width
        self.real, self.whole, self.mask = (f"<{width} x {kind}>" for kind in ("double", "i64", "i1"))
        self.multiply_add = "@fused" if fused else "@unfused"
        self.lines: list[str] = []

    def function(self, name: str, arguments: Sequence[str], result: str) -> str:
        """The whole text of the function."""
        signature = ", ".join(f"{self.real} {argument}" for argument in arguments)
        head = f"define internal {self.real} @{name}({signature}) alwaysinline {{"
        return "\n".join([head, *self.lines, f"  ret {self.real} {result}", "}", ""])

    def fresh(self, text: str) -> str:
        name = f"%v{len(self.lines)}"
        self.lines.append(f"  {name} = {text}")
        return name

    def number(self, value: float) -> str:
        return splat(value, self.width)

    def binary(self, operation: str, left: str, right: str) -> str:
        return self.fresh(f"{operation} {self.real} {left}, {right}")

    def fma(self, first: str, second: str, third: str) -> str:
        values = f"{self.real} {first}, {self.real} {second}, {self.real} {third}"
        return self.fresh(f"call {self.real} {self.multiply_add}({values})")

    def integer(self, operation: str, value: str, constant: int) -> str:
        return self.fresh(f"{operation} {self.whole} {value}, {splat_integer(constant, self.width)}")

    def as_integer(self, value: str) -> str:
        return self.fresh(f"bitcast {self.real} {value} to {self.whole}")

    def as_real(self, value: str) -> str:
        return self.fresh(f"bitcast {self.whole} {value} to {self.real}")

    def choose(self, test: str, left: str, right: float, then: str, otherwise: str) -> str:
        """`then` in the lanes where the test of `left` and a number holds, else `otherwise`."""
        holds = self.fresh(f"fcmp {test} {self.real} {left}, {self.number(right)}")
        return self.fresh(f"select {self.mask} {holds}, {self.real} {then}, {self.real} {otherwise}")

    def polynomial(self, coefficients: Sequence[float], variable: str) -> str:
        """c0 + c1 v + c2 v**2 + ..., in pairs, then pairs of pairs."""
        terms, power = [self.number(value) for value in coefficients], variable
        while len(terms) > 1:
            pairs = [self.fma(high, power, low) for low, high in zip(terms[::2], terms[1::2], strict=False)]
            terms = pairs + terms[len(terms) - len(terms) % 2 :]
            if len(terms) > 1:
                power = self.binary("fmul", power, power)
        return terms[0]


def _grown(body: _Body, shifted: str, rest: str, slope: float, coefficients: Sequence[float]) -> str:
    """2**k (1 + r slope + r**2 (c0 + c1 r + ...)) from k + SHIFT and r."""
    exponent = body.integer("shl", body.as_integer(shifted), 52)  # the shift's own bits fall out at the top
    scale = body.as_real(body.integer("add", exponent, ONE))
    series = body.fma(body.polynomial(coefficients, rest), rest, body.number(slope))
    return body.fma(body.binary("fmul", scale, rest), series, scale)


def _exp(body: _Body) -> str:
    """Infinite above HIGHEST, exp(LOWEST) below LOWEST; nan stays nan."""
    limited = body.choose("ogt", "%x", HIGHEST, body.number(HIGHEST), "%x")
    limited = body.choose("olt", limited, LOWEST, body.number(LOWEST), limited)
    shifted = body.fma(limited, body.number(PER_LN2), body.number(SHIFT))
    minus = body.binary("fsub", body.number(SHIFT), shifted)
    high = body.fma(minus, body.number(LN2_HIGH), limited)
    rest = body.fma(minus, body.number(LN2_LOW), high)
    result = _grown(body, shifted, rest, 1.0, EXP_COEFFICIENTS)
    result = body.choose("ogt", "%x", HIGHEST, body.number(math.inf), result)
    return body.function("vector_exp", ["%x"], result)


def _split(body: _Body) -> tuple[str, str]:
    """k and f of x = 2**k (1 + f), for positive normal x."""
    whole = body.as_integer("%x")
    moved = body.integer("add", whole, ONE - ROOT_HALF)
    mantissa = body.integer("add", body.integer("and", moved, MANTISSA), ROOT_HALF)
    exponent = body.integer("or", body.integer("lshr", moved, 52), 0x4330000000000000)  # plus 2**52
    k = body.binary("fsub", body.as_real(exponent), body.number(2.0**52 + 1023))
    return k, body.as_real(mantissa)


def _log_of_mantissa(body: _Body, mantissa: str, per: float) -> tuple[str, str]:
    """f, and s (f - R) times `per`; `per` times f less that is the logarithm of the mantissa times `per`."""
    f = body.binary("fsub", mantissa, body.number(1.0))
    s = body.binary("fdiv", f, body.binary("fadd", mantissa, body.number(1.0)))
    z = body.binary("fmul", s, s)
    series = body.polynomial([-per * value for value in LOG_COEFFICIENTS], z)
    scaled = f if per == 1.0 else body.binary("fmul", f, body.number(per))
    return f, body.binary("fmul", s, body.fma(series, z, scaled))


def _log(body: _Body) -> str:
    """Minus infinity at zero and of denormal numbers, nan below zero."""
    k, mantissa = _split(body)
    f, less = _log_of_mantissa(body, mantissa, 1.0)
    less = body.fma(k, body.number(-LN2_LOW), less)
    result = body.fma(k, body.number(LN2_HIGH), body.binary("fsub", f, less))
    result = body.choose("oeq", "%x", math.inf, body.number(math.inf), result)
    result = body.choose("olt", "%x", SMALLEST_NORMAL, body.number(-math.inf), result)
    result = body.choose("ult", "%x", 0.0, body.number(math.nan), result)
    return body.function("vector_log", ["%x"], result)


def _pow(body: _Body) -> str:
    """Zero for bases below the smallest normal number, infinite above 2**1023, at least 2**-1022 else.

    Nan stays nan, whatever the other number; so does an infinite exponent.
    """
    k, mantissa = _split(body)
    f, less = _log_of_mantissa(body, mantissa, PER_LN2)
    small = body.fma(f, body.number(PER_LN2), body.fresh(f"fneg {body.real} {less}"))
    small = body.choose("olt", "%x", math.inf, small, "%x")
    upper = body.as_real(body.integer("and", body.as_integer("%y"), UPPER_HALF))
    whole = body.binary("fmul", upper, k)  # exact
    part = body.fma("%y", small, body.binary("fmul", body.binary("fsub", "%y", upper), k))
    exponent = body.binary("fadd", whole, part)
    shifted = body.binary("fadd", exponent, body.number(SHIFT))
    nearest = body.binary("fsub", shifted, body.number(SHIFT))
    rest = body.binary("fadd", body.binary("fsub", whole, nearest), part)
    result = _grown(body, shifted, rest, math.log(2), EXP2_COEFFICIENTS)
    result = body.choose("ogt", exponent, 1023.0, body.number(math.inf), result)
    result = body.choose("olt", exponent, -1022.0, body.number(SMALLEST_NORMAL), result)
    result = body.choose("olt", "%x", SMALLEST_NORMAL, body.number(0.0), result)
    return body.function("vector_pow", ["%x", "%y"], result)
