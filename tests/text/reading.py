"""What the tests of reading share: profiles, and the fields that each reads."""

from sidecar.profile import FieldProfile, Profile
from sidecar.request import Document
from sidecar.search import Fields
from sidecar.text.read import read

SHOP = Profile(
    name="shop",
    fields={
        "title": FieldProfile(aliases=("name",)),
        "brand": FieldProfile(label="made by"),
        "color": FieldProfile(aliases=("colour", "attributes.color"), weight=0),
    },
)
OPEN = SHOP.model_copy(update={"other_fields": True})
ANY = Profile(name="any")
PLAIN = Profile(name="plain", parse=False)

ROW = '---\ntitle: "War and Peace"\nauthor:\n- "Tolstoy"\n'


def text(string: str, profile: Profile = SHOP) -> Fields | None:
    return read(Document(text=string), profile)


def fields(given: Fields, profile: Profile = SHOP) -> Fields | None:
    return read(Document(fields=given), profile)
