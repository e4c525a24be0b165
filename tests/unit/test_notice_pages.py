"""A notice as text, mail and page: nothing loaded from anywhere, nothing turned around."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.notice import Text, build
from lifecycle.notice.islands import split
from lifecycle.notice.pages import Elsewhere, index, mail, page
from lifecycle.notice.plain import plain
from lifecycle.policy.notices import Language
from tests.factories.notices import changed, policy_of, texts_of

SIX: tuple[Language, ...] = ("sv", "en", "ar", "so", "fa", "ti")
both = pytest.mark.parametrize("render", [mail, page])
VOID = {"meta", "br", "link"}


class Reader(HTMLParser):
    """What a browser makes of it: tags in balance, attributes, text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.isolated: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)
        if "bdi" in self.open:
            self.isolated.append(data)


def text(language: Language, subject: str = "participant") -> Text:
    texts = texts_of("academedia", "standard")
    return build(policy_of("academedia"), "standard", texts, subject=subject).text(language)


@both
@pytest.mark.parametrize("language", SIX)
def test_everything_that_is_said_can_be_read_and_nothing_is_loaded(
    render: object, language: Language
) -> None:
    assert callable(render)
    html = render(text(language))
    read = Reader(html)
    assert read.open == []
    shown = re.sub(r"\s+", "", "".join(read.text))
    for sentence in text(language).sentences():
        assert re.sub(r"\s+", "", sentence) in shown
    first = dict(read.tags)["html"]
    assert first == {"lang": language, "dir": "rtl" if language in {"ar", "fa"} else "ltr"}
    assert not {"img", "link", "script", "iframe", "object", "form"} & {tag for tag, _ in read.tags}
    for _, attributes in read.tags:
        assert not {"src", "srcset", "background", "onload"} & set(attributes)
        target = attributes.get("href") or ""
        assert target == "" or target.startswith(("mailto:", "https://www.imy.se"))
    assert "url(" not in html
    assert "@import" not in html


def test_a_mail_has_its_styles_in_its_elements() -> None:
    html = mail(text("sv"))
    assert "<style" not in html
    assert all("style" in a for tag, a in Reader(html).tags if tag in {"p", "li", "h1", "h2", "ul"})


@both
@pytest.mark.parametrize("language", ["ar", "fa"])
def test_addresses_and_names_are_isolated_where_one_reads_from_the_right(
    render: object, language: Language
) -> None:
    assert callable(render)
    read = Reader(render(text(language)))
    for islands in ("dataskydd@academedia.se", "https://www.imy.se", "Academedia Eductus AB"):
        assert islands in read.isolated
        assert "".join(read.text).count(islands) == read.isolated.count(islands)


@pytest.mark.parametrize("language", ["ar", "fa"])
def test_plain_text_isolates_them_with_marks_that_are_closed(language: Language) -> None:
    shown = plain(text(language))
    assert "\u2066dataskydd@academedia.se\u2069" in shown
    assert shown.count("dataskydd@academedia.se") == shown.count(
        "\u2066dataskydd@academedia.se\u2069"
    )
    for line in shown.splitlines():
        depth = 0
        for char in line:
            depth += (char in "\u2066\u2067") - (char == "\u2069")
            assert 0 <= depth <= 2
        assert depth == 0


def test_an_address_with_a_comma_is_one_island() -> None:
    policy = changed(
        "academedia",
        ("  country: SE\n", "  country: SE\n  address: Storgatan 1, 111 22 Stockholm\n"),
    )
    texts = texts_of("academedia", "standard")
    arabic = build(policy, "standard", texts, subject="pupil").text("ar")
    assert "\u2066Storgatan 1, 111 22 Stockholm\u2069" in plain(arabic)
    assert "Storgatan 1, 111 22 Stockholm" in Reader(page(arabic)).isolated


@pytest.mark.parametrize("language", ["sv", "en", "so", "ti"])
def test_plain_text_that_reads_from_the_left_has_no_marks(language: Language) -> None:
    assert not re.search("[\u2066-\u2069\u200e\u200f]", plain(text(language)))


def test_what_a_policy_calls_something_is_never_markup() -> None:
    nasty = '<script>alert(1)</script> & "quoted"'
    policy = changed(
        "academedia",
        ("called: närvaro och frånvaro", f"called: '{nasty}'"),
        ("company: Academedia Eductus AB", "company: '<b>AB</b> \" onload=x'"),
    )
    texts = texts_of("academedia", "standard", ("sv",))
    shown = build(policy, "standard", texts, subject="pupil").text("sv")
    for html in (mail(shown), page(shown)):
        tags = {tag for tag, _ in Reader(html).tags}
        assert not {"script", "b"} & tags
        assert nasty.capitalize() in "".join(Reader(html).text) or nasty in "".join(
            Reader(html).text
        )


def test_the_pages_lead_to_each_other_in_their_own_languages() -> None:
    others = [Elsewhere("العربية", "ar", "pupil.ar.html")]
    read = Reader(page(text("sv"), others=others))
    links = [a for tag, a in read.tags if tag == "a" and a.get("hreflang")]
    assert links == [{"href": "pupil.ar.html", "lang": "ar", "hreflang": "ar"}]
    entries = Reader(index("Titel <x>", "sv", [("elev", others)]))
    assert entries.open == []
    assert "Titel <x>" in "".join(entries.text)


def test_a_text_for_people_is_not_the_same_as_another() -> None:
    one = text("sv")
    assert replace(one, title="Annat").sha256 != one.sha256
    assert text("sv").sha256 == one.sha256


@given(st.text(alphabet="Abö 5.@-/:ابجد،؛؟(){}\u0627", max_size=60))
def test_islands_lose_nothing_and_are_what_reads_from_the_left(sentence: str) -> None:
    parts = list(split(sentence))
    assert "".join(part for part, _ in parts) == sentence
    for part, latin in parts:
        assert part
        if latin:
            assert not re.search("[\u0600-\u06ff]", part)
            assert part == part.strip(" .@-/:")
        else:
            assert not re.search("[A-Za-zö5]", part)
