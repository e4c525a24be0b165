"""Before data is processed people are told how: notices, built from the policy (A-33, A-35)."""

from lifecycle.notice.articles import ARTICLE_13, ARTICLE_14, unanswered
from lifecycle.notice.facts import Facts
from lifecycle.notice.notice import Notice, Texts, build, load_texts
from lifecycle.notice.text import Text

__all__ = [
    "ARTICLE_13",
    "ARTICLE_14",
    "Facts",
    "Notice",
    "Text",
    "Texts",
    "build",
    "load_texts",
    "unanswered",
]
