"""How many characters a token has: for bounds and estimates, before anything is tokenised."""

MEAN_CHARACTERS_PER_TOKEN = 4
"""English has 4 to 5. Estimates alone hang on it, never a score."""

MAX_CHARACTERS_PER_TOKEN = 32
"""Text beyond so many for each token of a budget is not tokenised: a 1 MB document costs no 1 MB of
tokenising."""
