"""A search as JSON: every candidate with its shares, and what the choice rests on."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from trialkine.optimisation.findings import CandidateFinding, Optimisation, Rate
from trialkine.optimisation.words import answer, level_words, resting_words
from trialkine.report.manifest import package_versions
from trialkine.report.words import BANNER

SCHEMA = 1
DIGITS = 6


def findings_text(found: Optimisation, command: str = "") -> str:
    """The findings as the text of a JSON file."""
    return json.dumps(findings_record(found, command), indent=2, ensure_ascii=False) + "\n"


def findings_record(found: Optimisation, command: str = "") -> dict[str, Any]:
    """The findings as plain data. Rates and shares are fractions."""
    following = found.candidates[found.next_best].name if found.next_best is not None else None
    return {
        "schema": SCHEMA,
        "notice": BANNER,
        "title": found.protocol.title,
        "question": found.protocol.question,
        "answer": [*answer(found), *resting_words(found)],
        "objective": str(found.objective),
        "constraints": [str(one) for one in found.constraints],
        "chosen": found.choice.name,
        "next_best": following,
        "advantage": None if found.advantage is None else _rate(found.advantage),
        "candidates": [_candidate(found, one) for one in found.candidates],
        "none_keeps_limits": round(found.none_share, DIGITS),
        "levels": {
            factor: {level_words(level): round(share, DIGITS) for level, share in shares.items()}
            for factor, shares in found.level_shares.items()
        },
        "levels_without_difference": {
            factor: [[level_words(level) for level in group] for group in groups]
            for factor, groups in found.levels_without_difference.items()
        },
        "same_outcomes": [list(group) for group in found.same_outcomes],
        "open_numbers": [asdict(one) for one in found.influences],
        "assumed": [one.name for one in found.assumptions.assumed],
        "kinds": dict(found.assumptions.kinds),
        "members": found.members,
        "patients": found.patients,
        "simulated": found.simulated,
        "rounds": found.rounds,
        "is_cut_short": found.is_cut_short,
        "seed": found.seed,
        "ensemble": found.ensemble,
        "protocol_content_hash": found.protocol.content_hash,
        "command": command,
        "versions": package_versions(),
    }


def _candidate(found: Optimisation, one: CandidateFinding) -> dict[str, Any]:
    limited = {
        str(limit): {**_rate(rate), "is_kept": kept}
        for limit, rate, kept in zip(found.constraints, one.limited, one.keeps, strict=True)
    }
    return {
        "name": one.name,
        "is_arm": one.is_arm,
        "strategy": level_words(one.strategy),
        "levels": dict(one.levels),
        "objective": _rate(one.objective),
        "limited": limited,
        "keeps_limits": round(one.kept_share, DIGITS),
        "best": round(one.best_share, DIGITS),
        "is_on_front": one.is_on_front,
        "on_front": round(one.front_share, DIGITS),
        "members": one.members,
        "race": one.fate,
        "same_as": list(one.same_as),
    }


def _rate(rate: Rate) -> dict[str, float]:
    return {key: round(value, DIGITS) for key, value in asdict(rate).items()}
