"""The material that a query asks for.

Glass and rubber name things too: "glass table" is read, and so is "wine glass", which does no harm.
"""

from sidecar.text.query.vocabulary import Vocabulary, vocabulary_extractor

_SPELLINGS = {
    "leather": ("leder", "nappa"),
    "faux leather": ("vegan leather", "pu leather", "imitation leather", "leatherette"),
    "suede": (),
    "cotton": ("baumwolle",),
    "wool": ("woolen", "woollen", "wolle"),
    "merino": ("merino wool",),
    "cashmere": (),
    "silk": (),
    "linen": (),
    "denim": (),
    "polyester": (),
    "nylon": (),
    "fleece": (),
    "velvet": (),
    "canvas": (),
    "wood": ("wooden", "holz"),
    "oak": (),
    "walnut": (),
    "pine": ("pinewood",),
    "bamboo": (),
    "rattan": ("wicker",),
    "metal": ("metallic",),
    "stainless steel": ("inox",),
    "steel": (),
    "aluminum": ("aluminium", "alu"),
    "titanium": (),
    "brass": (),
    "copper": (),
    "cast iron": (),
    "plastic": ("abs plastic",),
    "acrylic": (),
    "silicone": (),
    "rubber": (),
    "glass": ("tempered glass",),
    "ceramic": ("porcelain", "stoneware"),
    "marble": (),
    "carbon fiber": ("carbon fibre",),
}
_PARENTS = {
    "merino": "wool",
    "suede": "leather",
    "oak": "wood",
    "walnut": "wood",
    "pine": "wood",
    "bamboo": "wood",
    "stainless steel": "steel",
    **dict.fromkeys(("steel", "aluminum", "titanium", "brass", "copper", "cast iron"), "metal"),
}
_NOT_MATERIALS = ("silk road", "steel series", "pine nuts", "walnut oil", "cotton candy")

MATERIALS = Vocabulary(_SPELLINGS, _PARENTS, not_in=_NOT_MATERIALS)
MATERIAL = vocabulary_extractor("material", MATERIALS, ("material", "fabric"))
