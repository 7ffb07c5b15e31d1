"""What a search found, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from trialkine.optimisation.findings import CandidateFinding, Optimisation, Rate
from trialkine.optimisation.judgement import STRATEGY
from trialkine.optimisation.race import FEWEST_MEMBERS
from trialkine.optimisation.sensitivity import Influence
from trialkine.records import KINDS
from trialkine.report.words import listed, plain_name, signed
from trialkine.trial.candidates import BLANK

MOST_INFLUENCES = 5


def percent(share: float) -> str:
    """A share in percent, with a decimal below ten."""
    number = 100.0 * share
    return f"{number:.0f} %" if number >= 9.95 or number == 0.0 else f"{number:.1f} %"


def rate_words(rate: Rate) -> str:
    """A rate with its interval."""
    return f"{percent(rate.mean)} (95 % interval {100 * rate.low:.0f} to {100 * rate.high:.0f})"


def answer(found: Optimisation) -> list[str]:
    """The result in a few sentences, the choice first."""
    return [
        _choice(found), _rivals(found), *_levels(found), *_no_difference(found), *_none(found),
        *_cut_short(found),
    ]  # fmt: skip


def _choice(found: Optimisation) -> str:
    own, count = found.choice, len(found.candidates)
    limited = listed(
        [
            f"{limit.measure} {percent(rate.mean)} ({100 * rate.low:.0f} to {100 * rate.high:.0f})"
            for limit, rate in zip(found.constraints, own.limited, strict=True)
        ]
    )
    return (
        f"Of {count} candidates, '{own.name}' has the highest {found.objective} within the limits: "
        f"{rate_words(own.objective)}, with {limited}."
    )


def _rivals(found: Optimisation) -> str:
    own = found.choice
    same = [own, *(one for one in found.candidates if one.name in own.same_as)]
    rivals = [
        one
        for one in found.candidates
        if one.fate == "not clearly worse" and all(one.keeps) and one not in same
    ]
    best = percent(sum(one.best_share for one in same))
    who = "It is"
    if len(same) > 1:
        others = "another that does" if len(same) == 2 else f"one of {len(same) - 1} others that do"
        who = f"It, or {others} the same in every patient, is"
    share = f"{who} the best in {best} of what may be under the {found.members} members"
    if found.next_best is None or found.advantage is None:
        return f"{share}."
    following = found.candidates[found.next_best]
    gap = found.advantage
    ahead = (
        f"it is ahead of the next, '{following.name}', by {signed(100 * gap.mean)} points "
        f"({signed(100 * gap.low)} to {signed(100 * gap.high)})"
    )
    others = "1 other" if len(rivals) == 1 else f"{len(rivals)} others"
    verb = "is" if len(rivals) == 1 else "are"
    told = (
        f"{others} within the limits {verb} not clearly worse"
        if rivals
        else "all others are clearly worse on average"
    )
    return f"{share}; {ahead}, and {told}."


def _levels(found: Optimisation) -> list[str]:
    """How often the best candidate has each level, a sentence for every factor."""
    said = []
    for factor, shares in found.level_shares.items():
        if len(shares) > 1:
            listed_shares = ", ".join(
                f"{level_words(level)} in {percent(share)}" for level, share in _ranked(shares)
            )
            said.append(f"{plain_name(factor)} of the best: {listed_shares}.")
    return said


def _no_difference(found: Optimisation) -> list[str]:
    """Which levels, and which other candidates, no simulated patient tells apart."""
    shared = "Candidates that no patient tells apart share how often they are the best."
    said = [
        f"{plain_name(factor)} {listed([level_words(level) for level in group])} made no difference: every "
        "simulated patient had the same outcomes with each."
        for factor, groups in found.levels_without_difference.items()
        for group in groups
    ]
    said += [
        f"{quoted} had the same outcomes in every simulated patient."
        for quoted in (listed([f"'{name}'" for name in group]) for group in found.same_outcomes)
    ]
    return [*said, shared] if said else []


def _ranked(shares: Mapping[str, float]) -> list[tuple[str, float]]:
    """Levels that are ever the best one's, the most frequent first."""
    return sorted(((level, share) for level, share in shares.items() if share > 0.0), key=lambda one: -one[1])


def _none(found: Optimisation) -> list[str]:
    if found.none_share < 0.0005:
        return []
    return [f"In {percent(found.none_share)} of what may be, no candidate keeps the limits."]


def _cut_short(found: Optimisation) -> list[str]:
    if not found.is_cut_short:
        return []
    return [
        f"The budget ended the race after {found.rounds} rounds; more would tell candidates better apart."
    ]


def level_words(level: str) -> str:
    """A level, or a strategy with its blanks left open."""
    return BLANK.sub("…", level)


def factor_words(factor: str) -> str:
    """A factor's name as a heading."""
    return "Strategy" if factor == STRATEGY else plain_name(factor)


def resting_words(found: Optimisation) -> list[str]:
    """What the choice rests on: open numbers that decide it, and numbers that nobody has measured."""
    return [_open_numbers(found), _assumed_numbers(found)]


def _open_numbers(found: Optimisation) -> str:
    if found.next_best is None:
        return "There is no other candidate that differs from the choice in any patient."
    pair = f"'{found.choice.name}' over '{found.candidates[found.next_best].name}'"
    if not found.influences:
        return (
            f"Which open numbers the advantage of {pair} turns on cannot be said: the two do not differ from "
            f"member to member, or there are fewer than {FEWEST_MEMBERS} members."
        )
    strong = [one for one in found.influences if one.stands_out][:MOST_INFLUENCES]
    if not strong:
        first = found.influences[0]
        return (
            f"Of {len(found.influences)} numbers that the calibration left open, none stands out as deciding "
            f"the advantage of {pair}; the strongest, {influence_words(first)}, is no more than luck gives "
            "the largest of so many."
        )
    said = listed([influence_words(one) for one in strong])
    return f"The advantage of {pair} turns on numbers that the calibration left open: {said}."


def influence_words(one: Influence) -> str:
    """An open number and its rank correlation with the advantage."""
    name = plain_name(one.name)
    words = name[:1].lower() + name[1:] if name[1:2].islower() else name
    spread = ", its spread between patients," if one.is_spread else ""
    structure = "the structure " if one.is_structure else ""
    assumed = ", assumed before" if one.kind == "assumed" else ""
    correlation = f"{one.correlation:+.2f}".replace("-", "−")
    return f"{structure}{words}{spread} (rank correlation {correlation}{assumed})"


def _assumed_numbers(found: Optimisation) -> str:
    kinds = found.assumptions.kinds
    total = sum(kinds[kind] for kind in KINDS)
    return (
        f"{len(found.assumptions.assumed)} of the {total} numbers behind the candidates are assumed, and the "
        "same in every member: what they would change is in none of the intervals. Nor is the model's own "
        "misfit, as the ledger of published trials shows it."
    )


def fate_words(one: CandidateFinding) -> str:
    """How a candidate came out of the race."""
    return {"chosen": "chosen", "not clearly worse": "not clearly worse"}.get(
        one.fate, f"{one.fate}, rested after {one.members} members"
    )
