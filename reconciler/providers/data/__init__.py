"""Data stores: where runs leave their output on branches, and accepted output is kept as versions."""
