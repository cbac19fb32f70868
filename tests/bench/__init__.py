"""The benches: `make bench` prints every figure beside its target, and its peer or floor where it has one."""
