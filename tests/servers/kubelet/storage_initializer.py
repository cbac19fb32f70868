"""`storage_initializer.py SOURCE TARGET...`: what KServe's image of that name does, for `s3://` sources.

KServe puts it before a predictor whose model lies in a store, with the store's address and key in the environment.
"""

import os
import sys

import fsspec


def main(arguments: list[str]) -> None:
    """Copy each source to its target."""
    store = fsspec.filesystem(
        "s3",
        key=os.environ["AWS_ACCESS_KEY_ID"],
        secret=os.environ["AWS_SECRET_ACCESS_KEY"],
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
        config_kwargs={"s3": {"addressing_style": "path"}},
    )
    for source, target in zip(arguments[::2], arguments[1::2], strict=True):
        store.get(f"{source.rstrip('/')}/", target, recursive=True)


if __name__ == "__main__":
    main(sys.argv[1:])
