"""Errors with a meaning inside; they get a status and a sentence only in ``web/errors.py``."""

from collections.abc import Mapping
from typing import Self


class Ours(str):
    """A word of ours among the values of a sentence: the reader is told it in his language; all else was typed.

    ``english``: what it is in English where the catalogue says something else of the same word, or nothing.
    ``sentence`` and ``params``: of what it was put together, if it was.
    """

    __slots__ = ("english", "params", "sentence")
    english: str
    sentence: str
    params: Mapping[str, object]

    def __new__(cls, text: str, english: str = "") -> Self:
        """Return a word of ours."""
        word = super().__new__(cls, text)
        word.english, word.sentence, word.params = english, text, {}
        return word

    @classmethod
    def filled(cls, sentence: str, **params: object) -> Self:
        """Return a sentence of ours with its values, of which those that are ours are told in his language too."""
        word = cls(sentence % params)
        word.sentence, word.params = sentence, params
        return word


class DomainError(Exception):
    """A request that cannot be granted.

    ``code`` is a stable identifier of the kind ``"code_used"``; ``params`` fill the reader's sentence and never
    carry a slip code, a mark or a remark (SEC-60).
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
