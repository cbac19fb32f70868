"""Serving, one module or package each: `local` is KServe processes behind Caddy on this machine."""
