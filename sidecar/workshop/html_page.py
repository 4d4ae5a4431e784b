"""A report as one HTML file, which loads nothing and runs nothing."""

from collections.abc import Iterable, Sequence
from html import escape

from sidecar import __version__

CSS = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
table { border-collapse: collapse; margin: .8rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .7rem; border-bottom: 1px solid #ddd; text-align: right; }
th:first-child, td:first-child, td.text { text-align: left; overflow-wrap: anywhere; }
th:first-child { min-width: 7rem; }
td.better { color: #2e6b2e; font-weight: 600; } td.worse { color: #a33a1b; font-weight: 600; }
p.note { color: #666; margin: .2rem 0; } svg, img { max-width: 100%; height: auto; }
pre { background: #f6f6f4; padding: .8rem; overflow-x: auto; font-size: 12px; line-height: 1.35; }
details { margin: .4rem 0; } summary { cursor: pointer; }
.orders { display: flex; gap: 2rem; flex-wrap: wrap; } .orders > div { flex: 1 1 22rem; }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""The browser loads nothing, whatever a text says; pictures are in the page."""


def html_page(title: str, body: Iterable[str]) -> str:
    """The page; the parts of `body` are HTML, whose texts are escaped."""
    version = f'<p class="note">rerank-sidecar {escape(__version__)}</p>'
    return (
        "<!doctype html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<style>{CSS}</style></head>\n<body>\n"
        + "\n".join([*body, version])
        + "\n</body></html>\n"
    )


def html_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; cells that say `better` or `worse` are coloured."""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heads)
    lines = ("".join(map(_cell, row)) for row in rows)
    return f"<table><tr>{head}</tr>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _cell(text: str) -> str:
    mark = f' class="{text}"' if text in ("better", "worse") else ""
    return f"<td{mark}>{escape(text)}</td>"


def html_text(text: str) -> str:
    """A paragraph."""
    return f"<p>{escape(text)}</p>"
