"""What sums over groups tell of a small group, once they are added and subtracted.

Plain Python: a web process asks before it lets somebody make a release.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from math import gcd

Vector = tuple[int, ...]  # one number a set, without a common divisor, the first of them positive
Class = tuple[int, frozenset]  # people, members


def gives_away(
    sets: Iterable[frozenset], sizes: Mapping[Hashable, int], least: int
) -> frozenset | None:
    """Members, of fewer than `least` people together, of whom the sums over the sets tell.

    sets: each is released: whatever adds up over people (a sum of scores, of squares, how often a
        row of answers occurs) is known of it, unless it has fewer than `least` people: then nothing
        is shown. A set is of members (cohorts). sizes: people of each member.

    Returns members within which some sum of released sets, each times a number, falls to nothing
    outside and does not inside; None if there are none. Signs count as well: of rows, one small
    group less another shows both.

    Exact. Members in the same sets are one: an atom, a vector with 1 for each set it is in. Times
    chosen for the sets are a linear form on these vectors, and the atoms it does not send to zero
    are what it tells of: we look for a form whose atoms are few people but somebody. An atom of
    `least` people or more must go to zero, so it is divided out; what becomes parallel goes to zero
    together and is one. Then each atom either goes to zero or is paid for with its people. This
    ends after at most C(sets + least, least) steps, however many members there are, and at once
    where the sets differ by large members only: then one atom at most is small.

    Source: Oxley (2011), Matroid Theory, ch. 2 (a cocircuit of small weight).
    """
    if least < 2:
        return None
    return _search(_atoms(sets, sizes, least), least - 1)


def _atoms(sets, sizes, least) -> dict[Vector, Class]:
    shown = list(dict.fromkeys(frozenset(one) for one in sets))
    shown = [one for one in shown if sum(sizes.get(member, 0) for member in one) >= least]
    places = defaultdict(list)
    for place, one in enumerate(shown):
        for member in one:
            if sizes.get(member, 0) > 0:
                places[member].append(place)
    found = {}
    for member, where in places.items():
        vector = tuple(int(place in where) for place in range(len(shown)))
        people, members = found.get(vector, (0, frozenset()))
        found[vector] = people + sizes[member], members | {member}
    return found


def _search(classes: dict[Vector, Class], budget: int) -> frozenset | None:
    """Members of some classes of at most `budget` people that the others do not span."""
    while large := next((key for key, (people, _) in classes.items() if people > budget), None):
        classes = _divided(classes, large)
    if not classes or _people_at_least(classes, budget) > budget:
        return None
    chosen = max(classes, key=lambda key: classes[key][0])
    people, members = classes[chosen]
    rest = {key: value for key, value in classes.items() if key != chosen}
    if len(_basis(rest)) < len(_basis(classes)):
        return members
    if found := _search(_divided(classes, chosen), budget):
        return found
    found = _search(rest, budget - people)
    return found and found | members


def _divided(classes: dict[Vector, Class], pivot: Vector) -> dict[Vector, Class]:
    """The classes where `pivot` is zero; those that have become parallel are one."""
    place = _first(pivot)
    found = {}
    for key, (people, members) in classes.items():
        key = _reduced(key, pivot, place)
        if key is not None:
            more, others = found.get(key, (0, frozenset()))
            found[key] = people + more, members | others
    return found


def _people_at_least(classes: dict[Vector, Class], budget: int) -> int:
    """A lower bound of the people of any class set that the others do not span.

    Such a set meets every basis. So bases without a common person count at least one person each.
    Stops above the budget.
    """
    left = {key: people for key, (people, _) in classes.items()}
    rank, bound = len(_basis(left)), 0
    while bound <= budget:
        basis = _basis(left)
        if len(basis) < rank:
            break
        few = min(left[key] for key in basis)
        bound += few
        for key in basis:
            left[key] -= few
            if not left[key]:
                del left[key]
    return bound


def _basis(vectors: Iterable[Vector]) -> list[Vector]:
    """The first independent vectors that span the others."""
    chosen, pivots = [], []
    for vector in vectors:
        left = vector
        for pivot, place in pivots:
            left = _reduced(left, pivot, place)
            if left is None:
                break
        else:
            chosen.append(vector)
            pivots.append((left, _first(left)))
    return chosen


def _reduced(vector: Vector, pivot: Vector, place: int) -> Vector | None:
    """The vector less as much of the pivot as makes it zero at `place`; None if nothing is left."""
    if not vector[place]:
        return vector
    left = [
        pivot[place] * one - vector[place] * other for one, other in zip(vector, pivot, strict=True)
    ]
    divisor = gcd(*left)
    if not divisor:
        return None
    if left[_first(left)] < 0:
        divisor = -divisor
    return tuple(one // divisor for one in left)


def _first(vector) -> int:
    return next(place for place, one in enumerate(vector) if one)
