"""What goes wrong while an image is made."""


class ImageError(Exception):
    """An image can't be made; `fix` says what to do."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(f"{what}\n  → {fix}")
        self.what = what
        self.fix = fix
