"""What other languages write and trialkine's does not, written exactly in its few words.

Whole powers become products, so that a negative base keeps its sign; comparisons of two values become
`max`, `min` and `positive`; saturating powers become `hill`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from trialkine.interchange.import_terms import (
    ONE,
    TWO,
    Comparison,
    Condition,
    Number,
    Operation,
    Term,
    factors,
    is_number,
    negative,
    operation,
    over,
    sum_of,
    summands,
    times,
)

LARGEST_POWER = 32


def power(base: Term, exponent: Term) -> Term:
    """A power; whole and half exponents become products, quotients and roots."""
    if not isinstance(exponent, Number) or (exponent.unit is not None and exponent.unit.powers):
        return operation("**", base, exponent)
    value = exponent.value
    if isinstance(base, Number) and base.unit is None:
        return operation("**", base, Number(value))
    if value != int(2 * value) / 2 or abs(value) > LARGEST_POWER:
        return operation("**", base, exponent)
    if value < 0:
        return over(ONE, power(base, Number(-value)))
    whole = int(value)
    root = [operation("sqrt", base)] if value != whole else []
    return times(*_squares(base, whole), *root)


def _squares(base: Term, exponent: int) -> list[Term]:
    """The factors of a whole power: the base squared again and again."""
    found = []
    while exponent:
        if exponent % 2:
            found.append(base)
        exponent //= 2
        if exponent:
            base = Operation("**", (base, TWO))
    return found


def quotient(top: Term, bottom: Term, is_constant: Callable[[Term], bool]) -> Term:
    """A quotient; `a**n / (b**n + a**n)` becomes `hill(a, b, n)`."""
    above, below = factors(top)
    parts = summands(bottom)
    if len(parts) == 2 and all(sign > 0 for sign, _ in parts):
        for place, factor in enumerate(above):
            for one, other in ((parts[0][1], parts[1][1]), (parts[1][1], parts[0][1])):
                found = _saturating(factor, one, other, is_constant)
                if found is not None:
                    rest = times(*above[:place], found, *above[place + 1 :])
                    return over(rest, times(*below))
    return over(top, bottom)


def _saturating(
    top: Term, first: Term, second: Term, is_constant: Callable[[Term], bool]
) -> Term | None:  # fmt: skip
    """`top / (first + second)` where top is `first`, as far as it is a saturating power."""
    if top != first or not isinstance(top, Operation) or top.sign != "**" or top.operands[1] == TWO:
        return None
    base, exponent = top.operands
    if isinstance(second, Operation) and second.sign == "**" and second.operands[1] == exponent:
        other = second.operands[0]
        if is_constant(base) and not is_constant(other):
            ratio = operation("**", over(other, base), exponent)
            return over(ONE, operation("+", ONE, ratio))
        return operation("hill", base, other, exponent)
    if is_number(second, 1) and isinstance(base, Operation) and base.sign == "/":
        return operation("hill", *base.operands, exponent)
    return None


def larger(first: Term, second: Term) -> Term:
    """The larger of two terms."""
    if is_number(second, 0):
        return operation("positive", first)
    return operation("positive", second) if is_number(first, 0) else operation("max", first, second)


def chosen(value: Term, condition: Condition, otherwise: Term) -> Term | None:
    """`value` where the condition holds, else `otherwise`; None where the language has no word for it."""
    if not isinstance(condition, Comparison):
        return None
    left, right = condition.left, condition.right
    if value == left and otherwise == right:
        return larger(left, right)
    if value == right and otherwise == left:
        return operation("min", left, right)
    if is_number(otherwise, 0):
        return _guarded(value, condition) or _part_above(value, left, right)
    if is_number(value, 0):  # zero above, something below
        return _part_above(otherwise, right, left)
    return None


def _guarded(value: Term, condition: Comparison) -> Term | None:
    """A power, root or hill of something, where that is positive; that is what the language means by them."""
    if not (isinstance(value, Operation) and is_number(condition.right, 0) and condition.is_strict):
        return None
    guarded = {value.operands[0]}
    if value.sign == "hill":
        guarded.add(over(value.operands[0], value.operands[1]))
    is_known = value.sign in ("**", "hill") or (value.sign == "sqrt" and len(value.operands) == 1)
    if value.sign == "**" and value.operands[1] == TWO:
        return None
    return value if is_known and condition.left in guarded else None


def _part_above(value: Term, left: Term, right: Term) -> Term | None:
    """`value` where left > right, else zero: a multiple of `positive(left - right)`."""
    above, below = factors(value)
    for place, factor in enumerate(above):
        for difference, sign in ((_difference(left, right), 1), (_difference(right, left), -1)):
            if Counter(_kept(summands(factor))) == Counter(difference):
                part = operation("positive", sum_of(_difference(left, right)))
                found = over(times(*above[:place], part, *above[place + 1 :]), times(*below))
                return found if sign > 0 else negative(found)
    return None


def _difference(left: Term, right: Term) -> list[tuple[int, Term]]:
    return _kept(summands(left) + [(-sign, part) for sign, part in summands(right)])


def _kept(parts: list[tuple[int, Term]]) -> list[tuple[int, Term]]:
    """Signed terms without zeros; the sign of a number is in its value."""
    numbers = [
        (1, Number(sign * part.value, part.unit)) if isinstance(part, Number) else (sign, part)
        for sign, part in parts
    ]
    return [(sign, part) for sign, part in numbers if not is_number(part, 0)]
