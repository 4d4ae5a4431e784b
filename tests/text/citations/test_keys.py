"""What keys say of each other."""

from sidecar.text.citations import cited_keys, leaves, wider


def test_a_place_is_also_a_place_without_its_law_and_its_law() -> None:
    assert wider(["bgb 433(1)"]) == {"* 433(1)", "bgb *"}
    assert wider(["* 433"]) == set()
    assert wider(["410 us 113"]) >= {"410 us *"}, "for laws alone"


def test_the_sections_of_an_act_share_a_stem() -> None:
    assert "42 usc 2000e" in wider(["42 usc 2000e-2(a)"])


def test_an_act_may_be_cited_without_its_year() -> None:
    assert "exchange act 10" in wider(["exchange act 1934 10"])


def test_leaves_are_the_most_exact_places() -> None:
    assert leaves({"gdpr 6", "gdpr 6(1)", "gdpr 60"}) == {"gdpr 6(1)", "gdpr 60"}


def test_a_text_is_found_by_less_than_it_says() -> None:
    assert cited_keys("52 U.S.C. § 30101(4)") >= {"52 usc 30101(4)", "52 usc 30101", "* 30101"}
    assert cited_keys("410 U.S. 113") == {"410 us 113"}
