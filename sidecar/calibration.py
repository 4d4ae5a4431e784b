"""How a model's logit becomes a score: score = sigmoid((logit - bias) / temperature)."""

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Logit = TypeVar("Logit", float, NDArray[np.float64])


@dataclass(frozen=True, slots=True)
class Calibration:
    """A temperature and a bias, fitted on judged pairs: of a model's manifest, or of a profile."""

    temperature: float = 1.0
    bias: float = 0.0

    def calibrated(self, logit: Logit) -> Logit:
        """(logit - bias) / temperature: the logit to which signals and rules are added."""
        return (logit - self.bias) / self.temperature

    def then(self, second: "Calibration") -> "Calibration":
        """The calibration that gives what `second` gives of what this one gives."""
        return Calibration(
            self.temperature * second.temperature, self.bias + self.temperature * second.bias
        )

    def score(self, logit: float) -> float:
        """The score, in [0, 1], of a pair to which nothing is added."""
        return sigmoid(self.calibrated(logit))


def sigmoid(x: float) -> float:
    """1 / (1 + e^-x), without overflow at either end."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    e = math.exp(x)
    return e / (1 + e)
