"""BM25 over texts, in any language: words folded, stemmed by their language, and letter pairs where no spaces are."""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise

import bm25s
import numpy as np
import regex
import Stemmer
from bm25s import stopwords
from numpy.typing import NDArray

# Snowball's name and bm25s' stop words of each ISO 639-1 language that has them.
STEMMERS = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "cs": "czech", "da": "danish", "nl": "dutch",
    "en": "english", "et": "estonian", "fi": "finnish", "fr": "french", "de": "german", "el": "greek", "hi": "hindi",
    "hu": "hungarian", "id": "indonesian", "ga": "irish", "it": "italian", "lt": "lithuanian", "ne": "nepali",
    "no": "norwegian", "nb": "norwegian", "fa": "persian", "pl": "polish", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sr": "serbian", "es": "spanish", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
STOP_WORDS = {
    "en": stopwords.STOPWORDS_EN_PLUS, "de": stopwords.STOPWORDS_GERMAN, "nl": stopwords.STOPWORDS_DUTCH,
    "fr": stopwords.STOPWORDS_FRENCH, "es": stopwords.STOPWORDS_SPANISH, "pt": stopwords.STOPWORDS_PORTUGUESE,
    "it": stopwords.STOPWORDS_ITALIAN, "ru": stopwords.STOPWORDS_RUSSIAN, "sv": stopwords.STOPWORDS_SWEDISH,
    "no": stopwords.STOPWORDS_NORWEGIAN, "nb": stopwords.STOPWORDS_NORWEGIAN, "tr": stopwords.STOPWORDS_TURKISH,
    "da": stopwords.STOPWORDS_DANISH,
}  # fmt: skip
UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
# A number with its points and commas, a run of letters that are written without spaces, or a word.
WORD = regex.compile(rf"\p{{N}}+(?:[.,]\p{{N}}+)*|(?P<unspaced>{UNSPACED}+)|(?:(?!{UNSPACED})[\p{{L}}\p{{M}}\p{{N}}])+")
ACCENT = regex.compile(r"(?<=\p{Latin})\p{M}+")
POSSESSIVE = regex.compile(r"(?<=\p{L})['’]s\b")


def terms(text: str, language: str) -> list[str]:
    """The words of `text` as they are matched: NFKC, case-folded, without stop words, stemmed, Latin accents off.

    A run of letters of a script without spaces (Chinese, Japanese, Thai, …) becomes its overlapping pairs. What is only
    an ending to the stemmer is left out: bm25s keeps the empty word for itself.
    """
    folded = POSSESSIVE.sub("", unicodedata.normalize("NFKC", text).casefold())
    words: list[str] = []
    stop = _stop_words(language)
    for found in WORD.finditer(folded):
        word = found.group()
        if found["unspaced"] and len(word) > 1:
            words += [a + b for a, b in pairwise(word)]
        elif word not in stop:
            words.append(word)
    stemmer = _stemmer(language)
    return [_unmarked(word) for word in (stemmer.stemWords(words) if stemmer else words) if word]


def _unmarked(word: str) -> str:
    """Latin letters without their accents, which people leave out when they type."""
    return word if word.isascii() else unicodedata.normalize("NFC", ACCENT.sub("", unicodedata.normalize("NFD", word)))


@cache
def _stop_words(language: str) -> frozenset[str]:
    return frozenset(STOP_WORDS.get(language, ()))


@cache
def _stemmer(language: str) -> Stemmer.Stemmer | None:
    return Stemmer.Stemmer(STEMMERS[language]) if language in STEMMERS else None


class Keywords:
    """A BM25 index (bm25s, Lucene's variant) over `texts`, each given with its language.

    `k1` bends the gain of repeated words, `b` (0 to 1) is how much long texts lose.
    """

    def __init__(self, texts: Iterable[tuple[str, str]], *, k1: float = 1.5, b: float = 0.75) -> None:
        texts = list(texts)
        self.languages = sorted({language for _, language in texts})
        self.size = len(texts)
        self.index: bm25s.BM25 | None = None
        corpus = [terms(text, language) for text, language in texts]
        if any(corpus):
            self.index = bm25s.BM25(k1=k1, b=b)
            self.index.index(corpus, show_progress=False)

    def question_terms(self, question: str) -> list[str]:
        """The question's words in each language of the index, without repeats."""
        return list(dict.fromkeys(term for language in self.languages for term in terms(question, language)))

    def scores(self, words: Sequence[str]) -> NDArray[np.float32]:
        """BM25 of every text for these words, float32 (size,); 0 where none of them stands."""
        known = [word for word in words if self.index and word in self.index.vocab_dict]
        if self.index is None or not known:
            return np.zeros(self.size, np.float32)
        return np.asarray(self.index.get_scores(known), np.float32)

    def document_frequencies(self, words: Sequence[str]) -> NDArray[np.float32]:
        """In how many texts each of `words` stands, float32 (len(words),)."""
        if self.index is None:
            return np.zeros(len(words), np.float32)
        pointers, vocabulary = self.index.scores["indptr"], self.index.vocab_dict
        counts = [pointers[vocabulary[w] + 1] - pointers[vocabulary[w]] if w in vocabulary else 0 for w in words]
        return np.asarray(counts, np.float32)
