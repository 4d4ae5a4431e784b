"""Pairs for property tests: real words in any number, so that lengths vary over the whole range."""

from hypothesis import strategies as st

WORDS = tuple(
    """
    contract terminate notice breach early party refund invoice running shoe waterproof trail
    espresso kettle filter warranty battery charger liability court governing law assign the a of
    for in not without 12 30 days € % naïve größe 東京 emoji \U0001f45f $[x] https://x.y
    """.split()
)

documents = st.lists(st.sampled_from(WORDS), min_size=0, max_size=300).map(" ".join)
queries = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
companies = st.lists(documents, min_size=1, max_size=7)
