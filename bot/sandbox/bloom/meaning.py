"""How far a picture's description is from what somebody looks for: a stand-in for a search by meaning.

Words count that are the same, begin alike while somebody still types, or belong together, each a little less.
"""

import re
from typing import Final

from bot.sandbox.bloom.outcomes import Example

SEARCHES: Final = (
    Example("espresso", "finds the coffee, by meaning"),
    Example("store", "finds the storefront while you still type"),
    Example("zebra", "finds nothing"),
)
NOTHING_SHARED: Final = 1.0
_BEGINNING, _RELATED = 0.8, 0.6
_SHORTEST_BEGINNING: Final = 2
_SHARE_OF_DESCRIPTION: Final = 0.3
"""How much it matters that a description says little else."""
_SMALL: Final = frozenset({"and", "for", "from", "the", "with", "photo", "picture", "image"})
_TOGETHER: Final = tuple(
    frozenset(words.split())
    for words in (
        "coffee espresso latte cup mug drink cafe bean",
        "people person team staff colleague woman man hand",
        "shop store storefront facade window building",
        "office desk studio workplace work working meeting",
        "product packshot packaging bottle bag box",
        "morning sunrise dawn sunset evening light sun",
        "logo mark wordmark lockup symbol",
        "tool drill workbench hammer craft",
        "sensor device hardware technology chart dashboard data",
        "poster banner campaign billboard print",
    )
)


def distance(query: str, description: str) -> float:
    """Return 0 for a description that says just that and nothing else, 1 for one that has nothing to do with it."""
    wanted, found = _words(query), _words(description)
    if not wanted or not found:
        return NOTHING_SHARED
    nearness = sum(max(_alike(word, other) for other in found) for word in wanted) / len(wanted)
    share = min(1.0, len(wanted) / len(found))
    return round(NOTHING_SHARED - nearness * (1 - _SHARE_OF_DESCRIPTION * (1 - share)), 4)


def _words(text: str) -> list[str]:
    words = (word.removesuffix("s") for word in re.findall(r"[^\W_]+", text.lower()))
    return [word for word in dict.fromkeys(words) if len(word) >= _SHORTEST_BEGINNING and word not in _SMALL]


def _alike(word: str, other: str) -> float:
    if word == other:
        return 1.0
    if other.startswith(word):
        return _BEGINNING
    return _RELATED if any(word in group and other in group for group in _TOGETHER) else 0.0
