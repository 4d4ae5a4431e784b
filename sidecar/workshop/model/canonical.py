"""The eight pairs that every model folder carries with its logits: long, short, near, far."""

_LEASE = (
    "The initial term of this Agreement shall commence on the Effective Date and shall continue "
    "for a period of thirty-six (36) months, unless terminated earlier in accordance with Section "
    "11. Thereafter this Agreement shall renew automatically for successive periods of twelve (12) "
    "months each, unless either party gives the other written notice of its intention not to renew "
    "at least ninety (90) days before the end of the then current term. "
)
_BOILERPLATE = (
    "All notices under this Agreement shall be in writing and shall be deemed given when delivered "
    "personally, sent by confirmed facsimile, or three (3) days after having been sent by "
    "registered mail, return receipt requested. Neither party shall be liable for any failure to "
    "perform caused by circumstances beyond its reasonable control, including acts of God, war, "
    "riot, embargoes, acts of civil or military authorities, fire, floods, accidents, strikes, or "
    "shortages of transportation, facilities, fuel, energy, labor or materials. The headings of "
    "sections are for convenience only and do not affect the interpretation of this Agreement. "
)
_NOTEBOOK = (
    'title: ThinkBook 14 G6 notebook 35.6 cm (14") 1920 x 1200 pixels\nbrand: Lenovo\n'
    "product_type: Notebook\nproduct_colour: Grey\nprocessor_family: AMD Ryzen 5\n"
    "internal_memory: 16 GB\ntotal_storage_capacity: 512 GB\nweight: 1380 g\n"
)
_SLEEVE = (
    "title: Neoprene sleeve for 14 inch laptops\nbrand: Acme\nproduct_type: Notebook case\n"
    "product_colour: Black\nmaterial: Neoprene\n"
)

PAIRS = (
    ("how tall is the eiffel tower?", "The Eiffel Tower is 330 metres (1,083 ft) tall."),
    ("how tall is the eiffel tower?", "Sourdough bread is leavened by wild yeast."),
    ("laptop 16 GB", _NOTEBOOK),
    ("laptop 16 GB", _SLEEVE),
    ("What is the notice period required to terminate renewal?", _LEASE + _BOILERPLATE * 2),
    ("What is the notice period required to terminate renewal?", _BOILERPLATE * 3),
    ("café crème à emporter", "Öffnungszeiten: 08:00–18:00 · coffee & crème brûlée to go ☕ 東京"),
    (
        "What are the symptoms of a vitamin B12 deficiency?",
        "A lack of vitamin B12 may lead to anaemia. People feel tired and short of breath, their "
        "hands and feet tingle, the tongue is sore, and memory and balance can suffer.",
    ),
)
