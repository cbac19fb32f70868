"""Real data for the demo and the tests, made from what ships in installed packages: no network, no other download.

Law of the room: the same arguments make the same rows and files; making them again changes nothing.
"""

from runners.samples.census import YEARS, arrive, census
from runners.samples.digits import digits

__all__ = ["YEARS", "arrive", "census", "digits"]
