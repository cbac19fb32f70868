"""Makes a database of Label Studio: its tables, and people of one organization with a personal access token each.

Run by the Python of Label Studio's own environment: `prepare.py TOKENS NAME…`; TOKENS is a JSON file that it writes.
"""

import json
import os
import sys
from pathlib import Path

import label_studio

sys.path.insert(0, str(Path(label_studio.__file__).parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings.label_studio")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from jwt_auth.models import LSAPIToken  # noqa: E402
from organizations.models import Organization  # noqa: E402
from users.models import User  # noqa: E402


def main(tokens: Path, names: list[str]) -> None:
    """Make the tables and the people."""
    call_command("migrate", verbosity=0)
    told = {}
    for name in names:
        person = User.objects.create_user(f"{name}@example.org", f"{name}-password")
        organization = Organization.objects.first()
        if organization is None:
            organization = Organization.create_organization(created_by=person, title="Label Studio")
        else:
            organization.add_user(person)
        person.active_organization = organization
        person.save()
        told[name] = LSAPIToken.for_user(person).get_full_jwt()
    tokens.write_text(json.dumps(told), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
