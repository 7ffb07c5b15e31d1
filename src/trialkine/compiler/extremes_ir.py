"""Instructions that widen the lowest and highest values of the watched quantities.

Steps end where the equations allow, not where a quantity turns. Where long steps are taken, the turn between
three ends of steps is that of the parabola through them.
"""

from __future__ import annotations

import math

from trialkine.compiler.graph_ir import GraphWriter

ARGUMENTS = ("y", "k", "c", "x", "o", "r")
FURTHEST = (
    0.25  # of the larger difference between the three values, by which a turn may lie beyond the middle one
)


def extremes_kernels(writer: GraphWriter) -> list[str]:
    """The kernels `extremes` and `extremes_between`."""
    return [
        writer.function("extremes", ARGUMENTS, lambda: _at_ends(writer)),
        writer.function("extremes_between", ARGUMENTS, lambda: _between(writer)),
    ]


def trail_size(watched: int) -> int:
    """Vectors of memory between calls: the last two days, and the values then."""
    return 2 + 2 * watched


def _at_ends(w: GraphWriter) -> None:
    """By the values now."""
    values = w.nodes(w.plan.flat.watched)
    counted = _flag(w, 0.0)
    day = w.load("%x", 0)
    for number, node in enumerate(w.plan.flat.watched):
        _widen(w, number, values[node], day, counted)


def _flag(w: GraphWriter, above: float) -> str:
    return w.fresh(f"fcmp ogt {w.real} {w.load('%c', 0)}, {w.vector(above)}")


def _widen(w: GraphWriter, number: int, value: str, day: str, counted: str) -> None:
    """Lowest values, their days, highest values and their days stand one after the other in %o."""
    count = len(w.plan.flat.watched)
    for first, test in ((0, "olt"), (2 * count, "ogt")):
        known = w.load("%o", first + number)
        beyond = w.fresh(f"fcmp {test} {w.real} {value}, {known}")
        wider = w.fresh(f"and {w.mask} {beyond}, {counted}")
        w.store(w.choose(wider, value, known), "%o", first + number)
        place = first + count + number
        w.store(w.choose(wider, day, w.load("%o", place)), "%o", place)


def _between(w: GraphWriter) -> None:
    """By the values now, and by where three of them in a row turn."""
    count = len(w.plan.flat.watched)
    values = w.nodes(w.plan.flat.watched)
    counted, anew = _flag(w, 0.0), _flag(w, 1.0)
    goes_on = w.fresh(f"xor {w.mask} {counted}, {anew}")
    day, middle, before = w.load("%x", 0), w.load("%r", 0), w.load("%r", 1)
    one = w.vector(1.0)
    last_span, span = w.binary("fsub", middle, before), w.binary("fsub", day, middle)
    spans = w.add(last_span, span)
    shares = [w.binary("fdiv", one, length) for length in (last_span, span, spans)]
    for number, node in enumerate(w.plan.flat.watched):
        now, between, early = values[node], w.load("%r", 2 + number), w.load("%r", 2 + count + number)
        first, second = w.binary("fsub", between, early), w.binary("fsub", now, between)
        turns = w.fresh(f"fcmp olt {w.real} {w.multiply(first, second)}, {w.vector(0.0)}")
        slopes = w.multiply(first, shares[0]), w.multiply(second, shares[1])
        bend = w.multiply(w.binary("fsub", slopes[1], slopes[0]), shares[2])
        slope = w.multiply(w.fma(slopes[0], span, w.multiply(slopes[1], last_span)), shares[2])
        shift = w.binary("fdiv", slope, w.multiply(bend, w.vector(2.0)))
        change = w.multiply(w.multiply(slope, shift), w.vector(0.5))
        most = w.multiply(w.larger(w.absolute(first), w.absolute(second)), w.vector(FURTHEST))
        near = w.fresh(f"fcmp ole {w.real} {w.absolute(change)}, {most}")
        seen = w.fresh(f"and {w.mask} {w.fresh(f'and {w.mask} {turns}, {near}')}, {goes_on}")
        _widen(w, number, w.binary("fsub", between, change), w.binary("fsub", middle, shift), seen)
        _widen(w, number, now, day, counted)
        _keep(w, 2 + count + number, between, early, counted, anew)
        w.store(w.choose(counted, now, between), "%r", 2 + number)
    _keep(w, 1, middle, before, counted, anew)
    w.store(w.choose(counted, day, middle), "%r", 0)


def _keep(w: GraphWriter, place: int, value: str, known: str, counted: str, anew: str) -> None:
    """Move a value one place back in the trail; nothing is known before a beginning."""
    moved = w.choose(anew, w.vector(math.nan), value)
    w.store(w.choose(counted, moved, known), "%r", place)
