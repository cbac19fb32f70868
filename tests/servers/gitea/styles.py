"""How Gitea looks, for pictures of its pages: the Go module has its styles as they were written, and no bundle of them.

Its pages ask for one file of styles, which a build with Node would make. Here that file imports the written ones, which
a browser understands as they are, and has the utility classes (`tw-…`) that the pages of a pull request use. There are
no scripts: nothing folds or opens, and a date is text.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.servers.building import build, home_of
from tests.servers.recipes import GITEA_STYLES

SCRIPTS = ("index.js", "webcomponents.js")
SPACES = {"0": "0", "0.5": "0.125rem", "1": "0.25rem", "2": "0.5rem", "3": "0.75rem", "4": "1rem", "5": "1.25rem"}
SIDES = {"": ("",), "x": ("-left", "-right"), "y": ("-top", "-bottom"), "t": ("-top",), "b": ("-bottom",)}
SIDES |= {"l": ("-left",), "r": ("-right",)}
UTILITIES = {
    "block": "display: block",
    "flex": "display: flex",
    "flex-1": "flex: 1 1 0%",
    "flex-col": "flex-direction: column",
    "flex-wrap": "flex-wrap: wrap",
    "float-right": "float: right",
    "font-semibold": "font-weight: var(--font-weight-semibold)",
    "inline-block": "display: inline-block",
    "inline-flex": "display: inline-flex",
    "items-center": "align-items: center",
    "justify-between": "justify-content: space-between",
    "truncate": "overflow: hidden; text-overflow: ellipsis; white-space: nowrap",
    "w-full": "width: 100%",
    "whitespace-nowrap": "white-space: nowrap",
}


def dress(folder: Path) -> None:
    """Put the styles where a server that keeps all in a folder looks for them, before it is started.

    Raises:
        BuildFailedError: they couldn't be fetched.
    """
    build([GITEA_STYLES], lambda _: None)
    styles, assets = home_of(GITEA_STYLES), folder / "custom/public/assets"
    shutil.copytree(styles / "css", assets / "css/written", copy_function=shutil.copyfile)
    shutil.copytree(styles / "css/themes", assets / "css", copy_function=shutil.copyfile, dirs_exist_ok=True)
    shutil.copyfile(styles / "fomantic.css", assets / "css/fomantic.css")
    told = ["@import './fomantic.css';", "@import './written/index.css';", *_utilities()]
    (assets / "css/index.css").write_text("\n".join(told), "utf-8")
    (assets / "js").mkdir()
    for name in SCRIPTS:
        (assets / "js" / name).touch()


def _utilities() -> Iterator[str]:
    for name, does in UTILITIES.items():
        yield f".tw-{name} {{ {does.replace(';', ' !important;')} !important }}"
    for name, size in SPACES.items():
        escaped = name.replace(".", "\\.")
        yield f".tw-gap-{escaped} {{ gap: {size} !important }}"
        for short, long in (("m", "margin"), ("p", "padding")):
            for side, ends in SIDES.items():
                rules = "; ".join(f"{long}{end}: {size} !important" for end in ends)
                yield f".tw-{short}{side}-{escaped} {{ {rules} }}"
    yield ".tw-hidden.tw-hidden { display: none !important }"
    yield ".tw-ml-auto { margin-left: auto !important }"
