"""A name that is one law's beside sections, and another's beside articles."""

import pytest

from sidecar.text.citations import citations


@pytest.mark.parametrize(
    ("texts", "keys"),
    [
        (
            "s. 7 Charter|s 7 Charter|Charter s 7|section 7 of the Charter|Charter, s. 7"
            "|s. 7 of the Canadian Charter of Rights and Freedoms",
            ["canadian charter 7"],
        ),
        ("ss. 7 and 8 Charter", ["canadian charter 7", "canadian charter 8"]),
        ("s. 24(2) of the Charter", ["canadian charter 24", "canadian charter 24(2)"]),
        ("Article 7 of the Charter|art. 7 Charter|Art. 7 GRCh", ["charter 7"]),
        ("boat charter s 7|section 8 of the charter agreement|Charter 77|Charter 7 boats", []),
    ],
)
def test_the_mark_says_which_charter_is_meant(texts: str, keys: list[str]) -> None:
    for text in texts.split("|"):
        assert [key for each in citations(text) for key in each.keys] == keys, text
