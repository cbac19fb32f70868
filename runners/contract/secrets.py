"""Secrets, as specs name them and as jobs find them. What they are is in no document that daemon and jobs exchange."""

import re

PREFIX = "SETPOINT_SECRET_"
"""A job finds the secret NAME in the environment variable SETPOINT_SECRET_NAME."""
SECRET = re.compile(r"\$\{secret:([A-Za-z_][A-Za-z0-9_]*)\}")
"""A reference to a secret, which only a job or a provider resolves."""
