"""Random input for every surface that takes any: no crash, no hang, no unclear error."""
