"""What is in an image, as SPDX 2.3 in JSON: packages of Debian and of Python, with versions, hashes and licenses."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from deploy.images.base import locked
from deploy.images.wheels import SITE

_ID = re.compile(r"[^A-Za-z0-9.-]+")
_EXPRESSION = re.compile(r"[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*")
Package = Mapping[str, Any]


def spdx(name: str, root: Path, epoch: int) -> bytes:
    """Return the document; its name space follows from what is in it."""
    packages = [*_of_debian(), *_of_python(root)]
    relations = [
        {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": one["SPDXID"]}
        for one in packages
    ]
    digest = hashlib.sha256(json.dumps(packages, sort_keys=True).encode()).hexdigest()
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": name,
        "documentNamespace": f"urn:setpoint:sbom:{name}:{digest}",
        "creationInfo": {
            "created": datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": ["Tool: setpoint-deploy.images"],
        },
        "packages": packages,
        "relationships": relations,
    }
    return json.dumps(document, indent=1, sort_keys=True).encode() + b"\n"


def _of_debian() -> Iterator[Package]:
    for one in locked():
        sums = [{"algorithm": "SHA256", "checksumValue": one.sha256}]
        yield _package(one.name, one.version, f"pkg:deb/debian/{one.name}@{one.version}", checksums=sums)


def _of_python(root: Path) -> Iterator[Package]:
    for path in sorted((root / SITE).glob("*.dist-info/METADATA")):
        told = HeaderParser().parsestr(path.read_text("utf-8"), headersonly=True)
        name, version = str(told["Name"]), str(told["Version"])
        said = str(told["License-Expression"] or told["License"] or "")
        license_ = said if _EXPRESSION.fullmatch(said) and told["License-Expression"] else "NOASSERTION"
        yield _package(name, version, f"pkg:pypi/{name.lower()}@{version}", licenseDeclared=license_)


def _package(name: str, version: str, purl: str, **more: Any) -> Package:
    kind = purl.split("/", 1)[0].removeprefix("pkg:")
    return {
        "SPDXID": f"SPDXRef-{kind}-{_ID.sub('-', name)}",
        "name": name,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}],
        **more,
    }
