"""What can be wrong with a model, or with what it is asked.

ValueError
├── ModelRefused      the model itself: another digest, a pickle, no signature, broken
└── ModelInputError   the question: a missing column, a wrong type, a wrong shape
"""


class ModelRefused(ValueError):
    """The model is not loaded. `where` names the file; `fix` says what to do."""

    def __init__(self, what: str, where: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix


class ModelInputError(ValueError):
    """The model can't answer this input; a server says so with status 400. `where` names the column."""

    def __init__(self, what: str, where: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
