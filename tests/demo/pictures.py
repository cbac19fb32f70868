"""Pictures of the forge's pages while a release is played: what the documentation shows, taken by a real browser."""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.demo.browser import Browser

MARGIN = 12
TICK = "<span style='color: var(--color-green)'>✔</span>"
"""In place of an emoji, which not every machine has a font for."""
_PART = """(() => {{
  const shown = [...document.querySelectorAll({shown!r})];
  document.querySelectorAll('.issue-content-right, .timeline-item, .ui.dropdown > .menu').forEach(one => {{
    if (!shown.some(part => one.contains(part))) one.style.display = 'none';
  }});
  document.querySelectorAll('.merge-section').forEach(one => one.style.display = 'none');
  document.querySelectorAll('.issue-content-left').forEach(one => one.style.width = '100%');
  document.querySelectorAll('.emoji').forEach(one => one.outerHTML = one.textContent.replace('✅', {tick!r}));
  document.querySelectorAll('relative-time').forEach(one => one.replaceWith(one.getAttribute('datetime').slice(0, 10)));
  const boxes = shown.map(one => one.getBoundingClientRect()).filter(box => box.height);
  const least = Math.min(...boxes.map(b => b.left)), top = Math.min(...boxes.map(b => b.top));
  const most = Math.max(...boxes.map(b => b.right)), bottom = Math.max(...boxes.map(b => b.bottom));
  return [least + scrollX, top + scrollY, most - least, bottom - top];
}})()"""


@dataclass(frozen=True)
class Album:
    """A folder into which pictures are taken; without one none are."""

    folder: Path | None = None

    def take(self, name: str, url: str, shown: str) -> None:
        """Take a picture of the parts of a page that CSS selectors choose."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with Browser() as browser:
            browser.open(url)
            part = browser.run(_PART.format(shown=shown, tick=TICK))
            left, top, width, height = part
            told = browser.picture(max(left - MARGIN, 0), max(top - MARGIN, 0), width + 2 * MARGIN, height + 2 * MARGIN)
        small = Image.open(io.BytesIO(told)).convert("RGB").quantize(128, dither=Image.Dither.NONE)
        small.save(self.folder / f"{name}.png", optimize=True)
