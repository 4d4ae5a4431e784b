"""Words that only shade the name beside them: "ocean green" is no blue, "ocean/green" is both."""

from collections.abc import Collection, Sequence

from sidecar.text.query.tokens import Token

Match = tuple[int, int, str | None]
"""The tokens from and to which a name is found, and the name; None where the words mean something
else."""


def without_shades(
    matches: Sequence[Match], of: Sequence[Token], shades: Collection[str]
) -> list[Match]:
    """The matches without those of `shades` that stand directly beside a match of another word."""
    are_shades = [
        " ".join([token.word for token in of[start:end]]) in shades for start, end, _ in matches
    ]

    def meet(first: int) -> bool:
        """Whether the match and the next are one expression."""
        start = matches[first + 1][0]
        return matches[first][1] == start and not of[start].gap.strip(" -")

    dropped = set[int]()
    for first in range(len(matches) - 1):
        if are_shades[first] != are_shades[first + 1] and meet(first):
            dropped.add(first if are_shades[first] else first + 1)
    return [match for place, match in enumerate(matches) if place not in dropped]
