"""What registers write about what no longer counts."""

import pytest

from sidecar.text.validity import Validity, validity
from sidecar.text.vocabularies import Names, load

SAID = {
    Validity.INVALID: (
        "Repealed|overruled|This decision was overruled in 2020|Judgment reversed|set aside"
        "|abrogé|derogado|现已失效|已废止|Bad law - red flag|Replaced by Act 5 of 2020|Lapsed"
        "|Revoked|No longer in force|Expired|quashed|nicht mehr in Kraft|abrogato|ingetrokken"
        "|Revogada|Not in force|Außer Kraft getreten am 1.1.2015|aufgehoben|失效|廃止"
        "|Reversed and remanded|Vacated|superseded by statute|ABROGE|Abrogée|annulée"
        "|Overruled by Smith v. Jones|Declared unconstitutional|Withdrawn|Repealed (2015)"
        "|OVERRULED|no longer good law|Ceased to have effect|vervallen|Buiten werking"
        "|Struck down|NO LONGER IN FORCE|Annulled|derogada por Ley 1/2020|Caducado|vernietigd"
        "|scaduto|Historic version|Not valid|Sunset|ungültig|Status: repealed|red-flag"
        "|noLongerInForce|not_in_force|n'est plus en vigueur|Was set aside on appeal|廃止済|revd"
    ),
    Validity.IN_PART: (
        "Affirmed in part, reversed in part|overruled in part|reversed on other grounds"
        "|teilweise aufgehoben|partiellement abrogé|parcialmente derogado|部分失效"
        "|Repealed in part|Partially repealed|superseded in part by statute"
        "|Cassation partielle"
    ),
    None: (
        "Not overruled|In force|Current|Not yet in force|Good law|affirmed"
        "|noch nicht in Kraft|En vigueur|Vigente|现行有效|尚未生效|never overruled"
        "|has not been repealed|valid|amended|geltend|in vigore|Not repealed|green flag"
        "|Followed|appeal withdrawn|VIGUEUR|Pending|open|has never been overruled"
        "|To be repealed on 3 May 2091|will be superseded in 2080|Sera abrogé le 1er janvier 2090"
        "|due to expire on 1 May 2088"
        "|ABROGE_DIFF|abrogé différé|Abrogée différée|abrogation différée|VIGUEUR_DIFF"
        "|Repealed (prospective)|prospectively repealed|Repealed (not yet in force)|repealPending"
        "|not reversed|was not set aside|Upheld on appeal"
    ),
}


@pytest.mark.parametrize(
    ("text", "said"), [(text, said) for said, texts in SAID.items() for text in texts.split("|")]
)
def test_a_status(text: str, said: Validity | None) -> None:
    assert validity(text) is said


def test_every_word_of_every_language_is_read() -> None:
    expected = {"invalid": Validity.INVALID, "partly": Validity.IN_PART, "valid": None}
    for language, names in load("validity", Names).items():
        for name, spellings in names.names.items():
            for form in (form for spelling in spellings for form in names.forms(spelling)):
                if name in expected:
                    assert validity(form) is expected[name], (language, form)


def test_prose_is_no_status() -> None:
    assert validity("The court overruled the objection. " * 10) is None
