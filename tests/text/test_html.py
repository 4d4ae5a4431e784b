"""The text of HTML, and where it stands in the original."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sidecar.text.html import without_html
from tests.growth import assert_linear


def text_of(html: str) -> str:
    plain = without_html(html)
    return html if plain is None else plain.text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Red&nbsp;shoe</p><p>Size 9</p>", "Red shoe\n\nSize 9"),
        ("<b>Red</b> <i>run</i>ning", "Red running"),
        ("AT&amp;T &lt; B&#38;B &#x20AC;5 &hellip;", "AT&T < B&B €5 …"),
        ("one<br>two<br/>three<BR />four", "one\ntwo\nthree\nfour"),
        ("one<br><br>two", "one\n\ntwo"),
        ("<ul>\n  <li>one</li>\n  <li>two</li>\n</ul>\n", "one\n\ntwo"),
        ("<tr><td>Size</td><td>9</td></tr><tr><th>Color</th>", "Size 9\n\nColor"),
        ("<script type='a'>if (a </b>) {}</script>shown<style>p {}</style>", "shown"),
        ("<SCRIPT>x</SCRIPT >shown", "shown"),
        ("before<!-- <p>no</p> -->after", "beforeafter"),
        ("<!DOCTYPE html><html><body><h1>Title</h1>Body</body></html>", "Title\n\nBody"),
        ("<a href=\"/x?a=1&amp;b=2\" title='a > b' hidden>link</a>", "link"),
        ("<img alt='a < b' src=x.png>", ""),
        ('<p class="a"data-x="b">close</p>', "close"),
        ("<o:p>Word</o:p><![if !vml]>s<![endif]>", "Words"),
        ("<p>cut in its last <a href='http", "cut in its last "),
        ("&lt;p&gt;Of a feed&lt;/p&gt;&lt;p&gt;R&amp;amp;D", "Of a feed\n\nR&D"),
        ("a  b\n<b>c</b>", "a  b\nc"),
        ("<p>run <code>make</code> in <time datetime='2'>2</time><input/>", "run make in 2"),
        ("text of a page</code> that was cut", "text of a page that was cut"),
    ],
)
def test_what_is_read_of_html(html: str, text: str) -> None:
    assert text_of(html) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "a < b and c > d",
        "a<b, c>d",
        "if a <b and c> d",
        "x <- y <= z << 2 && w",
        "AT&T, R&D; Q&A: ?a=1&copy=2",
        "&unknown; &#xfffffff; &;",
        "List<String>, Map<K, V>, <T>",
        "Jane <jane@example.com> <https://example.com/a>",
        "<3 <- -> <> </>",
        "<!-- that never ends",
        "<a href='that never ends",
        "<price>5</price>",
        "usage: cp <source> <path>; convert <input> <output>",
        "write the <title> and <Code> of each",
        "put a <script> into the page",
    ],
)
def test_what_is_no_html_stays(text: str) -> None:
    assert without_html(text) is None


_WORDS = st.sampled_from(["red", "Größe", "9", "a < b", "x > y", "😀", "R&D", ".", "\n", " "])
_INLINE = st.sampled_from(["b", "i", "span class='x'", 'a href="/y?z"'])
_BLOCK = st.sampled_from(["p", "div", "li", "td", "h1 id=a"])
_REFERENCES = st.sampled_from(["&amp;", "&nbsp;", "&#8364;", "&eacute;"])
_VOID = st.sampled_from(["<br>", "<hr/>", "<img src='x'>", "<!-- c -->", "<script>s()</script>"])


def _element(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda tag, inner: f"<{tag}>{inner}</{tag.split()[0]}>", _INLINE | _BLOCK, content
    )


_HTML = st.recursive(
    _WORDS | _REFERENCES | _VOID,
    lambda inner: _element(inner) | st.lists(inner, max_size=5).map("".join),
    max_leaves=20,
)


@given(_HTML, st.data())
def test_a_slice_of_the_text_is_the_text_of_its_slice_of_the_original(
    html: str, data: st.DataObject
) -> None:
    plain = without_html(html)
    if plain is None or not plain.text.strip():
        return
    start = data.draw(st.integers(0, len(plain.text) - 1))
    end = data.draw(st.integers(start + 1, len(plain.text)))
    begin, stop = plain.original(start, end)
    assert 0 <= begin <= stop <= len(html)
    cut = plain.text[start:end].strip()
    if cut and not html[begin:stop].endswith("<"):  # else it is a tag that was cut
        assert text_of(html[begin:stop]).strip() == cut


@given(_HTML)
def test_the_text_of_a_text_is_itself(html: str) -> None:
    assert text_of(text_of(html)) == text_of(html)


@given(st.text(alphabet="<>/&;=!-'\" abprsctyle#x1\n", max_size=80))
@example("<script><!--</script>-->")
@example("&lt;p&gt;&lt;")
def test_any_text_has_a_place_for_all_that_is_read_of_it(text: str) -> None:
    plain = without_html(text)
    if plain is None:
        return
    assert plain.original_length == len(text)
    for at in range(len(plain.text)):
        start, end = plain.original(at, at + 1)
        assert 0 <= start <= end <= len(text)
    ends = [piece.end for piece in plain.pieces]
    assert ends == sorted(ends)


@pytest.mark.parametrize(
    "broken",
    ["<a ", "<!--", '<a "', "</a", "<script>", "<a b='", '<a b="x" ', "<p> ", "&lt;a ", "&#", "&a"],
)
def test_broken_markup_takes_linear_time(broken: str) -> None:
    """A hundredfold of what `html.parser` takes seconds for."""
    assert_linear(lambda n: without_html(broken * n), 5_000)
