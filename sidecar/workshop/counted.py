"""Numbers with their nouns."""


def counted(number: int, noun: str) -> str:
    """The number with its noun: "1 core", "2 cores"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
