"""The clock of responses that carry a date, apart from which they depend only on the result."""

import time


def created() -> int:
    """Seconds since 1970, as OpenAI-shaped answers state them."""
    return int(time.time())
