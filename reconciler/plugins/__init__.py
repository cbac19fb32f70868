"""Plugins: providers and runners by their entry points, this distribution's own and those of other packages.

Law of the room: what is installed is listed by metadata alone; a package is imported when it is chosen, and no sooner.
One that can't be loaded is an error that names it, and nothing else stops.
"""

from reconciler.plugins.declaration import EmbeddedOptions, Options, Provider, RunnerDeclaration
from reconciler.plugins.discovery import PORTS, PROVIDERS, RUNNERS, Plugins, installed
from reconciler.settings import reveal

__all__ = [
    "PORTS",
    "PROVIDERS",
    "RUNNERS",
    "EmbeddedOptions",
    "Options",
    "Plugins",
    "Provider",
    "RunnerDeclaration",
    "installed",
    "reveal",
]
