"""Names of files that can be kept: by Git, by stores of objects, and on the disk of whoever checks them out."""

import unicodedata


def is_file_name(name: str) -> bool:
    """Tell whether a text can be one part of a path: no separator, no `..`, nothing that a file system reads as `.git`.

    HFS+ ignores some characters and NTFS a trailing dot or space, so these are left out before the comparison
    (CVE-2014-9390).
    """
    if name in ("", ".", "..") or any(ord(char) < 32 or char in "/\\\x7f" for char in name):
        return False
    visible = "".join(char for char in name if unicodedata.category(char) != "Cf").rstrip(". ").casefold()
    return visible not in (".git", "git~1")
