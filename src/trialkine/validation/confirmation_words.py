"""What a single arm says of the trial that would confirm it, in sentences made from its numbers."""

from __future__ import annotations

from collections.abc import Iterator

from trialkine.calibration.confirm import ABLE_SHARE, Confirmation
from trialkine.calibration.confirmation import BeforeAfter, Spread
from trialkine.report.words import listed

HARDLY = 3.0
"""A Bayes factor between this and its inverse hardly tells."""
CLEAR_RIDGE = -0.3
EVEN = 0.5
ALMOST_ONE = 0.99


def short_name(agent: str) -> str:
    """An agent's name as it stands in a sentence: short ones are abbreviations."""
    return agent.upper() if any(letter.isdigit() for letter in agent) else agent.replace("_", " ")


def drug_words(found: Confirmation) -> str:
    """The agents of the arm."""
    return listed([short_name(name) for name in found.drugs])


def background_words(found: Confirmation) -> str:
    """The agents in the background."""
    return listed([short_name(name) for name in found.backgrounds])


def trial_words(found: Confirmation) -> str:
    """The controlled trial in a few words."""
    return f"a placebo-controlled trial of {found.verdict.trial.per_arm} patients per arm"


def single_words(found: Confirmation) -> str:
    """What the single arm reported."""
    single = found.verdict.single
    return f"{single.responders} of {single.patients} responded ({single.rate:.0%})".replace("%", " %")


def warning(found: Confirmation) -> str | None:
    """The warning, where the arm looks active and the trial is likelier to fail; None elsewhere."""
    verdict = found.verdict
    if not verdict.is_trap or verdict.naive is None:
        return None
    return (
        f"The single arm misleads. Read as if all responses were {_possessive(found)}, {trial_words(found)} "
        f"would succeed with probability {chance_words(verdict.naive.success)}; with "
        f"{background_words(found)} in the model it is {chance_words(verdict.after.success)}."
    )


def headline(found: Confirmation) -> str:
    """The answer in one sentence."""
    after = found.verdict.after
    return (
        f"After {single_words(found)}, {trial_words(found)} finds significantly more responses to "
        f"{drug_words(found)} with probability {chance_words(after.success)} (Monte-Carlo error "
        f"{after.error:.2f}); before, it was {chance_words(found.verdict.before.success)}."
    )


def reasons_title(found: Confirmation) -> str:
    """The heading of the reasons."""
    return f"Why it is {'low' if found.verdict.after.success < EVEN else 'high'}"


def reasons(found: Confirmation) -> tuple[str, ...]:
    """Why the probability is low or high, the weightiest first."""
    parts = (_placebo(found), _gain(found), _activity(found), _ridge(found), _prior(found))
    return tuple(sentence for part in parts for sentence in part)


def assumptions(found: Confirmation) -> tuple[str, ...]:
    """What is assumed beside the file, one sentence each."""
    return tuple(_assumed(found))


def percent_spread(one: Spread) -> str:
    """A share with its 90 % interval, in percent."""
    return f"{_percent(one.mean)} ({100 * one.low:.0f} to {100 * one.high:.0f})"


def points_spread(one: Spread) -> str:
    """A difference of shares with its 90 % interval, in points."""
    low, high = (f"{100 * end:.0f}".replace("-", "−") for end in (one.low, one.high))
    return f"{_points(one.mean)} ({low} to {high})"


def chance_words(chance: float) -> str:
    """A probability, never quite 0 or 1."""
    if chance > ALMOST_ONE:
        return f"above {ALMOST_ONE:g}"
    return f"below {1.0 - ALMOST_ONE:.2g}" if chance < 1.0 - ALMOST_ONE else f"{chance:.2f}"


def _placebo(found: Confirmation) -> Iterator[str]:
    verdict, drug = found.verdict, drug_words(found)
    beside = verdict.control.posterior
    if not found.backgrounds:
        yield (
            f"Nothing runs in the background, and {_percent(beside.mean)} would respond to placebo: the "
            f"responses are {_possessive(found)}."
        )
        return
    yield (
        f"On placebo and {background_words(found)}, {_percent(beside.mean)} would respond (90 %: "
        f"{100 * beside.low:.0f} to {100 * beside.high:.0f} %). So {_percent(verdict.without_drug.mean)} of "
        f"the arm's responses would come without {drug}; without {background_words(found)}, "
        f"{_percent(verdict.lost_without_background.mean)} of them would not come."
    )


def _gain(found: Confirmation) -> Iterator[str]:
    verdict = found.verdict
    gain = verdict.gain.posterior
    needed = (
        f" In {trial_words(found)} a difference is significant from {_points(verdict.least_difference)} on."
        if verdict.least_difference is not None
        else ""
    )
    low, high = (f"{100 * end:.0f}".replace("-", "−") for end in (gain.low, gain.high))
    yield f"{drug_words(found)} itself adds {_points(gain.mean)} (90 %: {low} to {high}).{needed}"


def _activity(found: Confirmation) -> Iterator[str]:
    after, naive = found.verdict.after, found.verdict.naive
    factor = after.bayes_factor
    if factor is None or after.active is None:
        return
    single = found.verdict.single
    count = f"{single.responders} of {single.patients}"
    what = f"{drug_words(found)} does as much as the background"
    if factor > HARDLY:
        told = f"{count} is {factor:.1f} times as likely if {what} as if it does nothing of it"
    elif factor >= 1.0 / HARDLY:
        told = f"{count} hardly tells whether {what} (Bayes factor {factor:.1f})"
    else:
        told = (
            f"{count} speaks against the idea that {what}: the background explains the count by itself, and "
            f"both together would have given more (Bayes factor {factor:.2f})"
        )
    active = f"from {found.plan.prior_active:.2f} to {chance_words(after.active)}"
    yield f"{told}. Its probability of being active goes {active}."
    if naive is not None and naive.bayes_factor is not None and naive.active is not None:
        size = "above 1000" if naive.bayes_factor > 1000.0 else f"{naive.bayes_factor:.0f}"
        yield (
            f"Read without the background, the same count would be proof: Bayes factor {size}, "
            f"probability {chance_words(naive.active)}."
        )


def _ridge(found: Confirmation) -> Iterator[str]:
    ridge = found.verdict.ridge
    if ridge is None:
        return
    kept = f"{_percent(ridge.sum_kept)} of its prior spread is left, of their difference "
    kept += _percent(ridge.difference_kept)
    is_ridge = ridge.posterior < CLEAR_RIDGE
    begin = "The arm sees" if is_ridge else "The arm tells most of"
    end = ", not which of them gives it" if is_ridge else ""
    correlation = f"{ridge.posterior:.2f}".replace("-", "−")
    yield (
        f"{begin} the sum of what drug and background give{end}: of the sum {kept} "
        f"(correlation {correlation})."
    )


def _prior(found: Confirmation) -> Iterator[str]:
    told = found.verdict.by_prior
    if told:
        ends = [f"{success:.2f} at {chance:.2f}" for chance, success in told]
        yield f"By the prior probability that the drug is active: {', '.join(ends)}."
    weak = found.verdict.weak_background
    if weak is not None:
        rate, answer = weak
        yield (
            f"Were the background weak, at most {_percent(rate)} responding to placebo (a quarter of the "
            f"draws), the probability would be {chance_words(answer.success)} (Monte-Carlo error "
            f"{answer.error:.2f})."
        )


def _assumed(found: Confirmation) -> Iterator[str]:
    plan = found.plan
    yield (
        f"{len(found.numbers)} numbers of the agents that nobody measured are drawn, each "
        "from its stated range as the central 90 % of a lognormal or logit-normal distribution; their values "
        "in the files are not used."
    )
    if found.copies:
        yield (
            f"{drug_words(found)} by its stated ranges reaches the lower 95 % limit of the reported rate in "
            f"{_percent(found.able)} of the draws, fewer than {_percent(ABLE_SHARE)}. So, with prior "
            f"probability {plan.prior_active:.2f}, it also does what the background does, with "
            "numbers of its own from the same ranges: as good a chance as that has."
        )
    if found.share is not None:
        stated = (
            f"from {plan.share[0]:.2f} to {plan.share[1]:.2f}"
            if plan.share
            else f"{found.share:.2f}, as stated"
        )
        yield f"Share of patients with {background_words(found)}: {stated}; the same in both arms."
    yield (
        "The case mix is drawn by the disease's rule"
        if found.protocol.eligibility.excluded_fraction is None
        else "The case mix is that of the protocol"
    ) + "; the controlled trial has the single arm's patients, criteria, visits and doses."
    yield "All numbers of the disease stand at their values, so that the answer is surer than it should be."


def _possessive(found: Confirmation) -> str:
    return f"{drug_words(found)}'s" if len(found.drugs) == 1 else f"those of {drug_words(found)}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %".replace("-", "−")


def _points(share: float) -> str:
    number = f"{100 * share:.0f}".replace("-", "−")
    return f"{number} point" if number == "1" else f"{number} points"


def spread_pair(one: BeforeAfter, *, is_points: bool = False) -> tuple[str, str]:
    """Prior and posterior of a share, or of a difference in points."""
    words = points_spread if is_points else percent_spread
    return words(one.prior), words(one.posterior)
