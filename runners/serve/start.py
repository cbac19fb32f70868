"""The start of a serving process: what can't be served is said, in words that a person can act on."""

import contextlib
import json
import os
import shutil
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import ValidationError

from runners.contract.exits import REFUSED, USAGE
from runners.contract.mistakes import said
from runners.contract.secrets import scrubbed_document
from runners.contract.text import dotted
from runners.contract.variables import SERVE
from runners.models import Model, ModelRefused, load
from runners.models.generation import generator_of
from runners.models.graph import Node, combined
from runners.models.loading import inside
from runners.models.signature import FILE, read_signature
from runners.serve.kept import check_known
from runners.serve.light import without
from runners.serve.settings import Settings


def main(arguments: list[str], environ: Mapping[str, str] = os.environ) -> int:
    """Serve what the named file says, or the environment; return the exit code, 65 when a model can't be served."""
    source = arguments[0] if len(arguments) == 1 else SERVE
    if len(arguments) > 1 or (not arguments and SERVE not in environ):
        usage = f"usage: python -m runners.serve CONFIG.json, or with the same JSON in {SERVE}"
        print(usage, file=sys.stderr)  # noqa: T201 - the process's log
        return USAGE
    try:
        told = Path(source).read_bytes() if arguments else environ[SERVE]
        settings = Settings.model_validate_json(told)
    except (OSError, ValidationError) as error:
        print(f"{source} can't be used: {_why(error)}", file=sys.stderr)  # noqa: T201 - the process's log
        return USAGE
    claim(settings)
    try:
        others = {member.name: open_model(settings.of(member)) for member in settings.models}
        model = combined([Node.of(told) for told in settings.graph], others) if others else open_model(settings)
        check_known(settings.logs_without, model.signature)
        generator_of(model)
    except ModelRefused as error:
        return refuse(settings, error)
    from runners.serve.server import run

    run(settings, model, others)
    return 0


def _why(error: OSError | ValidationError) -> str:
    """Return why settings can't be used in one line: an engine tells the last one that a process has printed."""
    if isinstance(error, OSError):
        return str(error)
    first = error.errors(include_url=False)[0]
    what = first["msg"] if first["type"] == "json_invalid" else said(first)[0]
    return f"{dotted(first['loc'])}: {what}" if first["loc"] else what


def claim(settings: Settings) -> None:
    """Write down the process id, unless whoever started this process did so."""
    if not settings.pid_file:
        return
    with contextlib.suppress(OSError):
        if not Path(settings.pid_file).read_text().strip():
            Path(settings.pid_file).write_text(str(os.getpid()))


def open_model(settings: Settings) -> Model:
    """Load the model that the settings name.

    Raises:
        ModelRefused: its digest differs, it can't be read, or it isn't there.
        PermissionError: the store doesn't let this process in; it may later, so that is not the model's fault.
    """
    try:
        return _kept(settings) or _loaded(settings, _folder(settings))
    except FileNotFoundError as error:
        fix = "restore it, or train the model again"
        raise ModelRefused("the model is not there", settings.model_url, fix) from error
    except PermissionError as error:
        what = f"the token or key for {settings.model_url} has ended or is wrong"
        raise PermissionError(f"{what}: give endpoints a key that lasts, serve_access_key_id of lakeFS") from error


def _loaded(settings: Settings, folder: Path) -> Model:
    with without():
        return load(folder, settings.model_digest, threads=settings.threads)


def _kept(settings: Settings) -> Model | None:
    """Load the model that an earlier process has kept; what was damaged is thrown away."""
    if settings.keep is None or not Path(settings.keep).exists():
        return None
    try:
        return _loaded(settings, Path(settings.keep))
    except (ModelRefused, FileNotFoundError):
        shutil.rmtree(settings.keep, ignore_errors=True)
        return None


def _folder(settings: Settings) -> Path:
    """Return a local folder with the model, which is kept, whole or not, so that it outlives where it came from."""
    parts = urlsplit(settings.model_url)
    is_near = parts.scheme in ("", "file")
    if settings.keep is None and is_near:
        return Path(unquote(parts.path))
    from runners.staging import fetch, local

    if settings.keep is None:
        return local(settings.model_url)
    kept = Path(settings.keep)
    part = kept.with_name(f".{kept.name}.{os.getpid()}")
    if is_near:
        _copy(Path(unquote(parts.path)), part)
    else:
        fetch(settings.model_url, part)
    with contextlib.suppress(OSError):  # another process of the revision was faster
        part.rename(kept)
    shutil.rmtree(part, ignore_errors=True)
    return kept


def _copy(folder: Path, target: Path) -> None:
    """Copy what a model answers with.

    Raises:
        ModelRefused: there is no signature that says what that is.
        FileNotFoundError: not all of it is there.
    """
    signature = read_signature(folder)
    target.mkdir(parents=True)
    for name in {FILE, signature.file, *signature.files}:
        path = inside(folder, name)
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target / name)


def refuse(settings: Settings, error: ModelRefused) -> int:
    """Say why the model isn't served, where the one who started this process looks for it."""
    traceback.print_exception(error)
    if settings.words:
        # In place: a container's termination log is mounted, and nothing can take its place.
        told = {"what": error.what, "where": error.where, "fix": error.fix}
        Path(settings.words).write_text(json.dumps(scrubbed_document(told)))
    return REFUSED
