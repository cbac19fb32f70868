"""Huffman's code of header texts (RFC 7541, appendix B), which is canonical: the lengths of its words are all of it."""

_LENGTHS = (
    "dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6cad6777777777777777777777787"
    "8djde6f56565666577666567655677777fbedskmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllml"
    "nmnnkmmmnmmnqqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrqu"
)
"""The length of each octet's word, to base 36; the last one's is that of the end, which no text may have."""
_END = 256


def _words() -> dict[int, int]:
    """Return the symbol of each word; a one stands before its bits, so that its zeros count."""
    lengths = [int(digit, 36) for digit in _LENGTHS]
    found, word, former = {}, 0, 0
    for symbol in sorted(range(len(lengths)), key=lambda symbol: (lengths[symbol], symbol)):
        word <<= lengths[symbol] - former
        former = lengths[symbol]
        found[1 << former | word] = symbol
        word += 1
    return found


_SYMBOLS = _words()


def unpacked(data: bytes) -> bytes:
    """Return a text.

    Raises:
        ValueError: it is none.
    """
    found, word = bytearray(), 1
    for bit in (octet >> place & 1 for octet in data for place in range(7, -1, -1)):
        word = word << 1 | bit
        if (symbol := _SYMBOLS.get(word)) is not None:
            if symbol == _END:
                raise ValueError("a text has the word that ends it")
            found.append(symbol)
            word = 1
    if word > 0xFF or word & (word + 1):  # the rest are at most seven ones
        raise ValueError("a text ends within a word")
    return bytes(found)
