"""Text to search tokens: folded (letters that look alike are alike), split into words, stemmed by the language of the word's script."""

import re
import unicodedata
from functools import lru_cache

import Stemmer

VERSION = 2  # raise with any change of what comes out; `search` rows carry it and are rebuilt

# Arabic forms to Persian ones, Persian and Arabic digits to Latin, the half-space and tatweel away (Unicode names in the order written)
_FOLD = str.maketrans({
    "ي": "ی", "ى": "ی", "ئ": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ؤ": "و", "ё": "е",
    "\u200c": "", "\u200d": "", "\u0640": "", "\u200e": "", "\u200f": "",
    **{chr(0x06F0 + d): str(d) for d in range(10)}, **{chr(0x0660 + d): str(d) for d in range(10)},
})  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
_PERSIAN, _CYRILLIC = re.compile(r"[\u0600-\u06FF]"), re.compile(r"[\u0400-\u04FF]")
MAX_WORDS = 2000


def fold(text: str) -> str:
    """Lower case, one form for every look-alike letter and digit, no diacritics."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold().translate(_FOLD))
    for sign in {c for c in set(decomposed) if c != "\u0306" and unicodedata.combining(c)}:  # nearly always none
        decomposed = decomposed.replace(sign, "")
    return unicodedata.normalize("NFC", decomposed).translate(_FOLD)


@lru_cache(maxsize=8)
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(language)


@lru_cache(maxsize=50_000)  # most of what is said is said with few words: 4 times faster
def _stem(word: str) -> str:
    language = "persian" if _PERSIAN.search(word) else "russian" if _CYRILLIC.search(word) else "english"
    return str(_stemmer(language).stemWord(word))


def tokens(text: str) -> list[str]:
    """The words of `text` as they are indexed, in order; at most MAX_WORDS."""
    return [_stem(word) for word in _WORD.findall(fold(text))[:MAX_WORDS]]
