"""Rooted trees, by which the order conditions of one-step methods are numbered."""

from functools import cache
from itertools import combinations_with_replacement

import numpy as np


@cache
def trees(order):
    """Rooted trees with this many nodes, each the sorted tuple of its branches."""
    if order == 1:
        return ((),)
    found = set()
    for sizes in partitions(order - 1):
        for branches in choices(sizes):
            found.add(tuple(sorted(branches)))
    return tuple(sorted(found))


def partitions(total, largest=None):
    if total == 0:
        yield ()
    for first in range(min(total, largest or total), 0, -1):
        for rest in partitions(total - first, first):
            yield (first, *rest)


def choices(sizes):
    if not sizes:
        yield ()
        return
    count = sizes.count(sizes[0])
    for same in combinations_with_replacement(trees(sizes[0]), count):
        for rest in choices(sizes[count:]):
            yield (*same, *rest)


def nodes(tree):
    return 1 + sum(nodes(branch) for branch in tree)


def density(tree):
    """The product over all nodes of the size of the tree below: the exact solution has 1 / density."""
    return nodes(tree) * int(np.prod([density(branch) for branch in tree], dtype=int))
