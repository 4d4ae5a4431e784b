"""How a long command reports its progress: it begins a step, then advances it part by part.

    advance = begin_step("fp32 logits", len(pairs))
    for pair in pairs:
        ...
        advance()

The command line draws one bar per step (`sidecar/cli/model/progress.py`).
"""

from collections.abc import Callable

Advance = Callable[[], object]
"""Called after each part of a step."""
BeginStep = Callable[[str, int], Advance]
"""Called with the step's name and its number of parts."""


def no_progress(step: str, parts: int) -> Advance:
    """The BeginStep of work that nobody watches."""
    return lambda: None
