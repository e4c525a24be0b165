"""A notice as HTML: in a mail and as a page; nothing in it is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final, NamedTuple

from lifecycle.notice.islands import split
from lifecycle.notice.text import Paragraph, Piece, Text
from lifecycle.policy.notices import Language

_FONTS: Final[dict[Language, str]] = {
    "ar": "'Noto Sans Arabic', 'Segoe UI', Tahoma, sans-serif",
    "fa": "'Noto Sans Arabic', Vazirmatn, 'Segoe UI', Tahoma, sans-serif",
    "ti": "'Noto Sans Ethiopic', Nyala, Kefa, 'Abyssinica SIL', sans-serif",
}
_FONT: Final = "'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
_PAGE: Final = (
    "body{{margin:0;background:#fff;color:#1a1a1a;font:1.0625rem/{height} {font}}}"
    "main{{max-width:44rem;margin:0 auto;padding:1.5rem}}"
    "h1{{font-size:1.75rem;line-height:1.3}}"
    "h2{{font-size:1.25rem;line-height:1.35;margin:2rem 0 .5rem}}"
    "li{{margin:.5rem 0}}li span{{display:block}}"
    "a{{color:#0b4f8a}}"
    "nav,footer{{font-size:.9375rem;color:#444}}"
    "footer{{margin-top:2.5rem;border-top:1px solid #bbb;padding-top:1rem}}"
    "@media print{{nav{{display:none}}h2{{break-after:avoid}}li{{break-inside:avoid}}}}"
)
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser may load for the page: nothing."""


class Elsewhere(NamedTuple):
    """The same notice in another language, or another kind of person's."""

    name: str
    language: str
    file: str


def page(text: Text, *, others: Iterable[Elsewhere] = ()) -> str:
    """A whole page, to be put on a website as it is; `others` are linked at its top."""
    links = " · ".join(
        f'<a href="{escape(other.file)}" lang="{other.language}" hreflang="{other.language}">'
        f"{escape(other.name)}</a>"
        for other in others
    )
    style = _PAGE.format(font=_font(text), height=_height(text))
    nav = f"<nav>{links}</nav>\n" if links else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{text.language}" dir="{text.direction}">\n<head>\n'
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(text.title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
        f"{nav}{_content(text, styled=False)}</main>\n</body>\n</html>\n"
    )


def mail(text: Text) -> str:
    """The HTML part of a mail: styles stand in the elements, for mail programs drop all others."""
    return letter([text])


def letter(texts: Sequence[Text]) -> str:
    """The HTML part of a mail with the notice in several languages, one under the other; at its top
    each language names itself, so that everybody finds their own."""
    first = texts[0]
    names = " · ".join(
        f'<a href="#{text.language}" lang="{text.language}"><bdi>{escape(text.language_name)}'
        "</bdi></a>"
        for text in texts
    )
    style = "max-width:640px;margin:0 auto;padding:16px;font-size:14px;font-family:" + _FONT
    nav = f'<div style="{escape(style)}">{names}</div>\n' if len(texts) > 1 else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{first.language}" dir="{first.direction}">\n<head>\n'
        f'<meta charset="utf-8">\n<title>{escape(first.title)}</title>\n</head>\n'
        f'<body style="margin:0;background:#ffffff">\n{nav}'
        f"{''.join(_outer(text) for text in texts)}</body>\n</html>\n"
    )


def _outer(text: Text) -> str:
    outer = (
        f"max-width:640px;margin:0 auto;padding:16px;background:#ffffff;color:#1a1a1a;"
        f"font-family:{_font(text)};font-size:16px;line-height:{_height(text)};"
        f"text-align:{'right' if text.direction == 'rtl' else 'left'}"
    )
    return (
        f'<div id="{text.language}" lang="{text.language}" dir="{text.direction}" '
        f'style="{escape(outer)}">\n{_content(text, styled=True)}</div>\n'
    )


def index(
    title: str, language: Language, entries: Iterable[tuple[str, Iterable[Elsewhere]]]
) -> str:
    """The page that leads to each kind of person's notice, in every language."""
    rows = "".join(
        f"<h2>{escape(kind)}</h2>\n<ul>\n"
        + "".join(
            f'<li><a href="{escape(link.file)}" lang="{link.language}" '
            f'hreflang="{link.language}">{escape(link.name)}</a></li>\n'
            for link in links
        )
        + "</ul>\n"
        for kind, links in entries
    )
    style = _PAGE.format(font=_FONT, height="1.55")
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(title)}</h1>\n{rows}</main>\n</body>\n</html>\n"
    )


def _content(text: Text, *, styled: bool) -> str:
    parts = [_tag("h1", escape(text.title), "font-size:24px;line-height:1.3", styled)]
    parts.extend(_paragraphs(text.before, text, styled))
    for section in text.sections:
        heading = escape(section.heading)
        parts.append(_tag("h2", heading, "font-size:18px;margin:28px 0 8px", styled))
        parts.extend(_paragraphs(section.paragraphs, text, styled))
    about = "".join(_paragraphs(text.after, text, styled))
    rule = "margin-top:32px;border-top:1px solid #bbbbbb;padding-top:12px;font-size:14px"
    parts.append(_tag("div" if styled else "footer", f"\n{about}", rule, styled))
    return "".join(parts)


def _paragraphs(paragraphs: Iterable[Paragraph], text: Text, styled: bool) -> Iterable[str]:
    listed: list[str] = []
    for paragraph in paragraphs:
        lines = [
            _line("".join(_piece(piece, text) for piece in line), mark)
            for line, mark in paragraph.marked()
        ]
        if paragraph.listed:
            separate = "<br>" if styled else ""
            body = separate.join(lines if styled else [f"<span>{line}</span>" for line in lines])
            listed.append(_tag("li", body, "margin:8px 0", styled))
            continue
        if listed:
            yield _list(listed, text, styled)
            listed = []
        yield _tag("p", " ".join(lines), "margin:8px 0", styled)
    if listed:
        yield _list(listed, text, styled)


def _line(shown: str, undecided: bool) -> str:
    """What nobody has decided is marked, so that it is seen at a glance."""
    style = "background:#fff3bf;color:#1a1a1a"
    return f'<mark style="{style}">{shown}</mark>' if undecided else shown


def _list(items: list[str], text: Text, styled: bool) -> str:
    side = "0 24px 0 0" if text.direction == "rtl" else "0 0 0 24px"
    return _tag("ul", "\n" + "".join(items), f"margin:8px 0;padding:{side}", styled)


def _tag(name: str, body: str, style: str, styled: bool) -> str:
    opening = f'<{name} style="{style}">' if styled else f"<{name}>"
    return f"{opening}{body}</{name}>\n"


def _piece(piece: Piece, text: Text) -> str:
    """What has a direction of its own is isolated; addresses are so in every language, because
    browsers translate pages."""
    shown = escape(piece.text)
    if piece.kind != "literal":
        if text.direction == "ltr":
            return shown
        inner = "".join(
            f'<bdi dir="ltr">{escape(part)}</bdi>' if latin else escape(part)
            for part, latin in split(piece.text)
        )
        return f'<bdi dir="rtl">{inner}</bdi>' if piece.kind == "word" else inner
    if target := _target(piece.text):
        shown = f'<a href="{escape(target)}">{shown}</a>'
    return f'<bdi dir="ltr">{shown}</bdi>'


def _target(literal: str) -> str | None:
    if literal.startswith("https://"):
        return literal
    return f"mailto:{literal}" if "@" in literal and " " not in literal else None


def _font(text: Text) -> str:
    return _FONTS.get(text.language, _FONT)


def _height(text: Text) -> str:
    return "1.8" if text.language in _FONTS else "1.55"
