"""The colour that a query asks for, in both spellings and under its common names."""

from sidecar.text.query.vocabulary import Vocabulary, vocabulary_extractor

_SPELLINGS = {
    "black": ("jet black", "schwarz"),
    "charcoal": ("anthracite",),
    "white": ("ivory", "off white", "weiss"),
    "grey": ("gray", "grau"),
    "silver": ("platinum silver",),
    "gold": ("golden",),
    "rose gold": (),
    "red": ("scarlet", "crimson", "rot"),
    "burgundy": ("maroon", "bordeaux", "wine red", "dark red"),
    "pink": ("fuchsia", "magenta", "hot pink"),
    "orange": (),
    "coral": (),
    "yellow": ("mustard", "gelb"),
    "green": ("grun",),
    "olive": ("olive green", "army green"),
    "khaki": (),
    "mint": ("mint green",),
    "teal": (),
    "turquoise": ("aqua", "cyan"),
    "blue": ("blau",),
    "navy": ("navy blue", "dark blue", "midnight blue"),
    "light blue": ("sky blue", "baby blue"),
    "purple": ("violet",),
    "lavender": ("lilac", "mauve"),
    "brown": ("chocolate brown", "coffee brown", "braun"),
    "tan": ("camel", "cognac"),
    "beige": ("cream", "sand", "ecru", "nude"),
    "multicolor": ("multicolour", "multicolored", "multicoloured", "multi", "rainbow"),
}
_PARENTS = {
    "charcoal": "grey",
    "rose gold": "gold",
    "burgundy": "red",
    "coral": "pink",
    "olive": "green",
    "mint": "green",
    "navy": "blue",
    "light blue": "blue",
    "lavender": "purple",
    "tan": "brown",
}
_NOT_COLORS = (
    *("black decker", "black and decker", "black friday", "black ops", "black tea", "black pepper"),
    *("red bull", "red dead", "red hat", "red wine", "white noise", "white wine", "white paper"),
    *("green tea", "green screen", "blue light", "blue ray", "blue tooth", "orange juice"),
    *("pink floyd", "purple rain", "gold coast", "ice cream", "face cream", "sand paper"),
    *("shaving cream", "hand cream", "cream cleaner", "tan lotion", "multi tool", "multi port"),
    *("multi function", "multi pack", "camel milk"),
)

COLORS = Vocabulary(_SPELLINGS, _PARENTS, not_in=_NOT_COLORS)
COLOR = vocabulary_extractor("color", COLORS, ("color", "colour"))
