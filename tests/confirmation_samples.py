"""Single arms whose simulation is replaced by a function of the drawn numbers."""

import numpy as np

from trialkine.calibration.confirm import Plan
from trialkine.trial.protocol import Protocol

BACKGROUND = [
    {
        "agent": "antiretrovirals",
        "dose": "1 g",
        "route": "oral",
        "schedule": "daily, for 6 months",
        "share": 0.9,
    }
]
SMALL = Plan(draws=256, patients=100, per_arm=100)


def single_arm(agent="im862", background=(), responders=16, n=44, **more):
    """A single arm in Kaposi sarcoma with reported responders."""
    dose, route = ("5 mg", "intranasal") if agent == "im862" else ("1 g", "oral")
    return Protocol.from_dict(
        {
            "schema": 1,
            "title": "A single arm",
            "disease": "kaposi_sarcoma",
            "background": list(background),
            "arms": [
                {
                    "name": "Only",
                    "treatment": [
                        {"agent": agent, "dose": dose, "route": route, "schedule": "daily, for 6 months"}
                    ],
                }
            ],
            "assessments": {"criteria": "who-1979", "every": "8 weeks", "confirm_after": "4 weeks"},
            "enrolment": {"patients": 44, "per_month": 8},
            "follow_up": "6 months",
            "reported": [{"arm": "Only", "n": n, "responders": responders}],
            "source": {"citation": "A made-up arm for tests"},
            **more,
        }
    )


def kill_rates(protocol, members, plan, jobs, progress):
    """Every agent with a kill rate adds to the hazard of a response; IM862 by itself adds nothing."""
    given = [part.agent for part in (*protocol.arms[0].treatment, *protocol.background)]
    assert all(entry.share == 1.0 for entry in protocol.background)
    kill = np.zeros(len(members))
    for name, column in zip(members.names, members.values.T, strict=True):
        if name.endswith("_kill_rate") and name.removesuffix("_kill_rate") in given:
            kill += column
    progress(1.0, "")
    return 1.0 - np.exp(-30.0 * kill)
