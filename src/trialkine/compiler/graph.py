"""Scalar arithmetic as a graph in which equal expressions are one node.

Sharing common sub-expressions, folding constants and differentiating all follow from that. A node is an
integer; its operation and operands stand in parallel lists, operands always before their users.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

TINY = 1e-150  # keeps the slope of a power finite where its base is zero; far below any amount


class Graph:
    """A growing set of nodes. Operations: const, state, param, input, add, sub, mul, rcp, exp, log, sqrt,
    pow, max, min, and `above` (third operand where the first exceeds the second, else the fourth).
    """

    def __init__(self) -> None:
        self.operations: list[str] = []
        self.operands: list[tuple[float, ...]] = []
        self._known: dict[tuple[str, tuple[float, ...]], int] = {}
        self._slopes: dict[tuple[int, int], int] = {}
        self._reads: list[frozenset[int]] = []
        self.zero = self.constant(0.0)
        self.one = self.constant(1.0)

    def _node(self, operation: str, *operands: float) -> int:
        key = (operation, operands)
        if key not in self._known:
            self._known[key] = len(self.operations)
            self.operations.append(operation)
            self.operands.append(operands)
            if operation == "state":
                reads = frozenset({int(operands[0])})
            elif operation in ("const", "param", "input"):
                reads = frozenset()
            else:
                reads = frozenset().union(*(self._reads[int(operand)] for operand in operands))
            self._reads.append(reads)
        return self._known[key]

    def children(self, node: int) -> tuple[int, ...]:
        """The nodes that a node is computed from."""
        if self.operations[node] in ("const", "state", "param", "input"):
            return ()
        return tuple(int(operand) for operand in self.operands[node])

    def states_read(self, node: int) -> frozenset[int]:
        """Every state on which a node depends."""
        return self._reads[node]

    def constant(self, value: float) -> int:
        """A number."""
        return self._node("const", float(value) + 0.0)

    def state(self, position: int) -> int:
        """A state by its flat position."""
        return self._node("state", position)

    def parameter(self, position: int) -> int:
        """A parameter by its flat position."""
        return self._node("param", position)

    def infusion(self, position: int) -> int:
        """The rate of infusion into the dosed state of this number."""
        return self._node("input", position)

    def value(self, node: int) -> float | None:
        """The number a node stands for, if it is one."""
        return self.operands[node][0] if self.operations[node] == "const" else None

    def add(self, left: int, right: int) -> int:
        """left + right."""
        first, second = self.value(left), self.value(right)
        if first is not None and second is not None:
            return self.constant(first + second)
        if first == 0.0:
            return right
        if second == 0.0:
            return left
        return self._node("add", *sorted((left, right)))

    def subtract(self, left: int, right: int) -> int:
        """left - right."""
        first, second = self.value(left), self.value(right)
        if first is not None and second is not None:
            return self.constant(first - second)
        if second == 0.0:
            return left
        return self.zero if left == right else self._node("sub", left, right)

    def multiply(self, left: int, right: int) -> int:
        """left * right."""
        first, second = self.value(left), self.value(right)
        if first is not None and second is not None:
            return self.constant(first * second)
        if first == 0.0 or second == 0.0:
            return self.zero
        if first == 1.0:
            return right
        if second == 1.0:
            return left
        return self._node("mul", *sorted((left, right)))

    def reciprocal(self, node: int) -> int:
        """1 / node."""
        value = self.value(node)
        if value:
            return self.constant(1.0 / value)
        return self._node("rcp", node)

    def divide(self, left: int, right: int) -> int:
        """left / right, as a product with the reciprocal so that equal divisors are divided by once."""
        return self.multiply(left, self.reciprocal(right))

    def power(self, base: int, exponent: int) -> int:
        """base ** exponent; a base that is not positive counts as zero."""
        value = self.value(exponent)
        if value == 0.0:
            return self.one
        if value == 1.0:
            return base
        if value == 2.0:
            return self.multiply(base, base)
        return self._node("pow", base, exponent)

    def apply(self, function: str, *operands: int) -> int:
        """exp, log, sqrt, max or min of nodes."""
        return self._node(function, *operands)

    def above(self, left: int, right: int, then: int, otherwise: int) -> int:
        """`then` where left > right, else `otherwise`."""
        return then if then == otherwise else self._node("above", left, right, then, otherwise)

    def slope(self, node: int, state: int) -> int:
        """The derivative of a node by a state."""
        if state not in self._reads[node]:
            return self.zero
        key = (node, state)
        if key not in self._slopes:
            # operands precede users, so the recursion is as deep as the equations are nested
            self._slopes[key] = self._differentiate(node, state)
        return self._slopes[key]

    def _differentiate(self, node: int, state: int) -> int:
        operation = self.operations[node]
        if operation == "state":
            return self.one
        children = self.children(node)
        slopes = [self.slope(child, state) for child in children]
        if operation == "add":
            return self.add(*slopes)
        if operation == "sub":
            return self.subtract(*slopes)
        if operation == "mul":
            left, right = children
            return self.add(self.multiply(slopes[0], right), self.multiply(left, slopes[1]))
        if operation == "rcp":
            minus = self.subtract(self.zero, slopes[0])
            return self.multiply(minus, self.multiply(node, node))
        if operation == "exp":
            return self.multiply(slopes[0], node)
        if operation == "log":
            return self.multiply(slopes[0], self.reciprocal(children[0]))
        if operation == "sqrt":
            half = self.multiply(self.constant(0.5), slopes[0])
            slope = self.multiply(half, self.reciprocal(self._node("max", node, self.constant(TINY))))
            return self.above(children[0], self.zero, slope, self.zero)
        if operation == "pow":
            return self._slope_of_power(node, slopes)
        if operation == "max":
            return self.above(children[0], children[1], slopes[0], slopes[1])
        if operation == "min":
            return self.above(children[1], children[0], slopes[0], slopes[1])
        assert operation == "above"
        return self.above(children[0], children[1], slopes[2], slopes[3])

    def _slope_of_power(self, node: int, slopes: Sequence[int]) -> int:
        base, exponent = self.children(node)
        over_base = self.reciprocal(self._node("max", base, self.constant(TINY)))
        by_base = self.multiply(self.multiply(exponent, self.multiply(node, over_base)), slopes[0])
        if slopes[1] == self.zero:
            return by_base
        logarithm = self._node("log", self._node("max", base, self.constant(TINY)))
        return self.add(by_base, self.multiply(self.multiply(node, logarithm), slopes[1]))

    def needed(self, outputs: Iterable[int], known: Container[int] = ()) -> list[int]:
        """Every node on which the outputs rest, operands first; what lies below `known` nodes is left out."""
        seen: set[int] = set()
        stack = list(outputs)
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                if node not in known:
                    stack.extend(self.children(node))
        return sorted(seen)

    def fixed_nodes(self) -> set[int]:
        """Every node that depends on parameters and constants alone."""
        fixed: set[int] = set()
        for node, operation in enumerate(self.operations):
            if operation in ("const", "param") or (
                operation not in ("state", "input") and all(child in fixed for child in self.children(node))
            ):
                fixed.add(node)
        return fixed
