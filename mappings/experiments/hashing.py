"""Numbers that look random and are always the same for the same texts, on every machine."""

from hashlib import blake2b


def hash_key(*texts: str) -> bytes:
    """A key of 64 bytes; no two lists of texts share one."""
    encoded = [text.encode(errors="surrogatepass") for text in texts]
    return blake2b(b"".join(len(each).to_bytes(4) + each for each in encoded)).digest()


def drawn(key: bytes, text: str) -> float:
    """A number in (0, 1); numbers of different keys or texts are independent of each other."""
    digest = blake2b(text.encode(errors="surrogatepass"), digest_size=8, key=key).digest()
    return (int.from_bytes(digest) // 2**12 + 0.5) / 2**52
