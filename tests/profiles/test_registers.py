"""Decisions and statutes as registers write them, under the profile that is made for each."""

from typing import Any

import pytest

from sidecar.contracts.body import read_document
from sidecar.pipeline.preparation import read_all
from sidecar.profiles import Profiles

PROFILES = Profiles.open()

SEARCH_HIT = {
    "absolute_url": "/opinion/107252/miranda-v-arizona/",
    "caseName": "Miranda v. Arizona",
    "citation": ["384 U.S. 436", "86 S. Ct. 1602"],
    "citeCount": 8231,
    "court": "Supreme Court of the United States",
    "court_id": "scotus",
    "dateFiled": "1966-06-13",
    "docketNumber": "759",
    "status": "Published",
    "opinions": [{"id": 107252, "snippet": "Warnings before interrogation."}],
}
CAP_CASE = {
    "id": 12042,
    "name": "Ernesto MIRANDA, Petitioner, v. STATE OF ARIZONA",
    "name_abbreviation": "Miranda v. Arizona",
    "decision_date": "1966-06-13",
    "docket_number": "No. 759",
    "citations": [{"type": "official", "cite": "384 U.S. 436"}],
    "court": {
        "id": 9009,
        "name_abbreviation": "U.S.",
        "name": "Supreme Court of the United States",
    },
    "jurisdiction": {"id": 39, "name": "U.S.", "name_long": "United States"},
    "casebody": {"data": {"opinions": [{"type": "majority", "text": "Warnings."}]}},
}
OPEN_LEGAL_CASE = {
    "id": 1,
    "slug": "bgh-2021-06-17-viii-zr-123-20",
    "court": {"id": 4, "name": "Bundesgerichtshof", "slug": "bgh", "level_of_appeal": None},
    "file_number": "VIII ZR 123/20",
    "date": "17.06.2021",
    "type": "Urteil",
    "ecli": "ECLI:DE:BGH:2021:170621UVIIIZR123.20.0",
    "content": "Der Mieter hat Anspruch.",
}
OPEN_LEGAL_NORM = {"book": {"code": "BGB", "title": "BGB"}, "section": "§ 823", "title": "Schaden"}
GERMAN_STATUTE = {
    "jurabk": "BGB",
    "enbez": "§ 823",
    "titel": "Schadensersatzpflicht",
    "text": "Wer",
}
LOWER_COURT = {
    "gertyp": "LG",
    "gerort": "Köln",
    "entsch-datum": "20210617",
    "aktenzeichen": "1 O 2/3",
}
JUDGMENT = {
    "案件名称": "物业服务合同纠纷一审民事判决书",
    "案号": "（2016）辽1204民初143号",
    "审理法院": "铁岭市清河区人民法院",
    "裁判日期": "2016/6/3",
    "正文": "原告诉称",
}
STATUTE = {
    "法律名称": "劳动合同法",
    "条号": "第二十四条",
    "条文内容": "竞业限制",
    "时效性": "已失效",
}


@pytest.mark.parametrize(
    ("profile", "document", "expected"),
    [
        (
            "courtlistener",
            SEARCH_HIT,
            {
                "title": "Miranda v. Arizona",
                "court": "Supreme Court of the United States",
                "citations": ["384 U.S. 436", "86 S. Ct. 1602"],
                "text": ["Warnings before interrogation."],
                "cited_by": 8231,
                "docket": "759",
            },
        ),
        (
            "courtlistener",
            CAP_CASE,
            {
                "title": "Miranda v. Arizona",
                "court": "Supreme Court of the United States",
                "jurisdiction": "United States",
                "citations": ["384 U.S. 436"],
                "text": ["Warnings."],
            },
        ),
        (
            "legal",
            {"title": "A", "neutralCite": "[2014] UKSC 3", "DateOfJudgment": "2014-02-05"},
            {"citations": "[2014] UKSC 3", "date": "2014-02-05"},
        ),
        (
            "legal",
            {"title": "A", "citations": [{"volume": 5, "reporter": "U.S.", "page": 137}]},
            {"citations": ["5 U.S. 137"]},
        ),
        ("legal", {"title": "A", "date": "", "judgment_year": 1998}, {"date": 1998}),
        ("legal", {"title": "A", "date": "1999-05-01", "year": 1998}, {"date": "1999-05-01"}),
        ("legal", {"title": "A", "isRepealed": True}, {"in_force": False}),
        ("legal", {"title": "A", "superseded": "false"}, {"in_force": True}),
        ("legal", {"title": "A", "in_force": True, "repealed": "2019"}, {"in_force": True}),
        (
            "german-law",
            OPEN_LEGAL_CASE,
            {"court": "Bundesgerichtshof", "docket": "VIII ZR 123/20", "date": "2021-06-17"},
        ),
        ("german-law", OPEN_LEGAL_NORM, {"statute": "§ 823 BGB", "title": "Schaden"}),
        ("german-law", GERMAN_STATUTE, {"statute": "§ 823 BGB", "title": "Schadensersatzpflicht"}),
        ("german-law", LOWER_COURT, {"court": "LG Köln", "docket": "1 O 2/3", "date": "20210617"}),
        (
            "chinese-law",
            JUDGMENT,
            {
                "title": "物业服务合同纠纷一审民事判决书",
                "court": "铁岭市清河区人民法院",
                "docket": "（2016）辽1204民初143号",
                "date": "2016-06-03",
                "text": "原告诉称",
            },
        ),
        (
            "chinese-law",
            STATUTE,
            {"statute": "劳动合同法第二十四条", "status": "已失效", "text": "竞业限制"},
        ),
    ],
)
def test_a_register_is_read(profile: str, document: Any, expected: dict[str, object]) -> None:
    (fields,) = read_all([read_document(document)], PROFILES.get(profile))
    assert fields is not None
    assert {name: fields.get(name) for name in expected} == expected
