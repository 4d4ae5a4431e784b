"""Which events count as what, and which grade a later action gives."""

from dataclasses import dataclass

IMPRESSION, CLICK, LATER = 0, 1, 2
"""Codes of actions; the later ones count on from LATER."""


@dataclass(frozen=True)
class LaterAction:
    """What users do with a document that they found, such as buying it."""

    name: str
    grade: int
    """The least grade of a document on which it is taken often enough."""
    least_rate: float
    """How often that is: a share of the examinations of the document."""


@dataclass(frozen=True)
class Actions:
    """The names of actions, as `action_name` has them."""

    impressions: tuple[str, ...] = ("impression",)
    clicks: tuple[str, ...] = ("click",)
    later: tuple[LaterAction, ...] = (
        LaterAction("add_to_cart", 2, 0.02),
        LaterAction("purchase", 3, 0.01),
    )

    @property
    def codes(self) -> dict[str, int]:
        """Name -> code."""
        later = {action.name: LATER + number for number, action in enumerate(self.later)}
        shown, clicked = (
            dict.fromkeys(self.impressions, IMPRESSION),
            dict.fromkeys(self.clicks, CLICK),
        )
        return {**shown, **clicked, **later}


def read_later_action(text: str) -> LaterAction:
    """`purchase=3` or, with the least rate, `purchase=3:0.01`. Raises ValueError."""
    name, _, value = text.partition("=")
    grade, _, rate = value.partition(":")
    try:
        action = LaterAction(name.strip(), int(grade), float(rate or 0.01))
    except ValueError:
        raise ValueError(f"not NAME=GRADE or NAME=GRADE:RATE: {text!r}") from None
    if not action.name or action.grade < 0 or not 0 <= action.least_rate <= 1:
        raise ValueError(f"a grade from 0 and a rate from 0 to 1 are wanted: {text!r}")
    return action
