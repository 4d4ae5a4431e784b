"""The clock of answers that carry a date: the one thing that an answer is not a function of."""

import time


def created() -> int:
    """Seconds since 1970, as OpenAI-shaped answers state them."""
    return int(time.time())
