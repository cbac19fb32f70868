"""What a report tells of texts by what they say, and of images by what they show."""

from runners.monitor.figures import Figure, Part


class LanguagePart(Part):
    """A language, and its shares among the texts of the reference and of the window."""

    name: str
    was: Figure = None
    now: Figure = None


class TextPart(Part):
    """A column of texts: their languages with the distance and its limit, and how well a classifier tells them apart.

    `texts` and `reference_texts` are how many were looked at, `named` of how many of the window the language was asked.
    """

    name: str
    texts: int = 0
    reference_texts: int = 0
    named: int = 0
    languages: tuple[LanguagePart, ...] = ()
    language_distance: Figure = None
    language_limit: Figure = None
    area: Figure = None
    chance: Figure = None


class ImagePart(Part):
    """A column of images: how well a classifier tells them apart, and how many are unlike any of the reference's.

    `images` and `reference_images` are how many were looked at, and `unlike` is a share, at the least.
    """

    name: str
    images: int = 0
    reference_images: int = 0
    area: Figure = None
    chance: Figure = None
    unlike: Figure = None
