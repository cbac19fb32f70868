"""MkDocs hooks: adds the pages of the reference, which are written from the code at each build."""

import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).parent))

from reference_pages import pages


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages to those in the folder."""
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text + "\n"))
    return files
