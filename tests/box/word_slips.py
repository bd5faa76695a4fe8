"""How key slips were written before signs were: what such a slip says of a secret."""

from shamir_mnemonic import rs1024
from shamir_mnemonic.wordlist import WORDLIST

BITS, DATA_WORDS = 10, 13


def words_of(secret: bytes) -> str:
    """Return the 16 words of a secret of 16 bytes."""
    number = int.from_bytes(secret, "big")
    data = [number >> BITS * place & (1 << BITS) - 1 for place in reversed(range(DATA_WORDS))]
    return " ".join(WORDLIST[place] for place in (*data, *rs1024.create_checksum(data, b"manyidu")))


def word_numbers_of(words: str) -> list[str]:
    """Return the number of four digits under each word."""
    return [f"{WORDLIST.index(word) + 1:04}" for word in words.split()]
