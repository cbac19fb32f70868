"""A real browser, spoken to by the Chrome DevTools Protocol: it opens a page and takes a picture of a part of it."""

import base64
import json
import os
import shutil
import subprocess
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Self

from websockets.sync.client import ClientConnection, connect

from tests.servers.process import until

NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDTH = 1100
PATIENCE = 30.0
"""Seconds that an answer may take."""
LARGEST = 2**26
"""Bytes of an answer: a picture."""


def installed() -> str:
    """Return the browser's program; nothing where none is installed."""
    return os.environ.get("BROWSER_PROGRAM") or next(filter(None, map(shutil.which, NAMES)), "")


class Browser:
    """A browser without a window, for as long as it is entered."""

    def __init__(self, width: int = WIDTH) -> None:
        self._width = width
        self._numbers = count(1)
        self._folder = Path(mkdtemp(prefix="setpoint-browser-"))
        self._left = ExitStack()
        """What is ended when it is left, the last first."""
        self._page: ClientConnection | None = None

    def __enter__(self) -> Self:
        with ExitStack() as begun:
            begun.callback(shutil.rmtree, self._folder, ignore_errors=True)
            self._begin(begun)
            self._left = begun.pop_all()
        return self

    def _begin(self, begun: ExitStack) -> None:
        where = f"--user-data-dir={self._folder}"
        looks = ["--headless=new", "--hide-scrollbars", "--force-color-profile=srgb", "--no-first-run", "--disable-gpu"]
        # The tests of a machine without other users run as root, under which it has no sandbox.
        line = [installed(), *looks, "--no-sandbox", "--remote-debugging-port=0", where, "about:blank"]
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(line, stdout=quiet, stderr=quiet, start_new_session=True)
        begun.callback(process.wait, 20)
        begun.callback(process.terminate)
        self._page = begun.enter_context(connect(self._address(), max_size=LARGEST))
        self._ask("Page.enable")
        self._size(900)

    def __exit__(self, *_failure: object) -> None:
        self._left.close()

    def open(self, url: str) -> None:
        """Open a page, and wait until it has all that it shows."""
        self._ask("Page.navigate", url=url)
        # What is asked of a page meanwhile may never be answered: another process shows the next one.
        while self._told().get("method") != "Page.loadEventFired":
            continue

    def run(self, script: str) -> Any:
        """Return what an expression of JavaScript comes to in the page."""
        told = self._ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return told["result"].get("value")

    def look(self, width: int, height: int = 900, scheme: str = "light") -> None:
        """Have a window of another size, and a light or a dark scheme."""
        self._width = width
        self._size(height)
        self._ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, such as `Tab`, `Enter` and `s`; `Shift+ArrowRight` selects."""
        for key in keys:
            *held, name = key.split("+") if len(key) > 1 else [key]
            code = {"Tab": 9, "Enter": 13, "ArrowRight": 39, "ArrowDown": 40}.get(name, ord(name[0].upper()))
            text = "\r" if name == "Enter" else name if len(name) == 1 else ""
            for kind in ("keyDown", "keyUp"):
                self._ask(
                    "Input.dispatchKeyEvent",
                    type=kind,
                    key=name,
                    code=name,
                    modifiers=8 if held else 0,
                    windowsVirtualKeyCode=code,
                    text=text if kind == "keyDown" else "",
                )

    def drag(self, left: float, top: float, right: float, bottom: float) -> None:
        """Press the mouse at a place, and release it at another."""
        for kind, x, y in (
            ("mousePressed", left, top),
            ("mouseMoved", right, bottom),
            ("mouseReleased", right, bottom),
        ):
            self._ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)

    def picture(self, left: float, top: float, width: float, height: float) -> bytes:
        """Return a part of the page as a PNG; places are of the page, not of the window."""
        self._size(int(top + height) + 1)
        clip = {"x": left, "y": top, "width": width, "height": height, "scale": 1}
        told = self._ask("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(told["data"])

    def _size(self, height: int) -> None:
        self._ask(
            "Emulation.setDeviceMetricsOverride", width=self._width, height=height, deviceScaleFactor=1, mobile=False
        )

    def _address(self) -> str:
        """Return where the first page is spoken to, once the browser listens."""
        import httpx

        file = self._folder / "DevToolsActivePort"
        until(lambda: file.exists() and len(file.read_text().split()) == 2, "the browser")
        pages = httpx.get(f"http://127.0.0.1:{file.read_text().split()[0]}/json/list", trust_env=False).json()
        return str(next(page for page in pages if page["type"] == "page")["webSocketDebuggerUrl"])

    def _ask(self, method: str, **params: object) -> Any:
        assert self._page is not None, "the browser isn't entered"
        number = next(self._numbers)
        self._page.send(json.dumps({"id": number, "method": method, "params": params}))
        while (told := self._told()).get("id") != number:
            continue
        if "error" in told:
            raise RuntimeError(f"{method}: {told['error']}")
        return told["result"]

    def _told(self) -> dict[str, Any]:
        """Return the next answer or event."""
        assert self._page is not None, "the browser isn't entered"
        told: dict[str, Any] = json.loads(self._page.recv(PATIENCE))
        return told
