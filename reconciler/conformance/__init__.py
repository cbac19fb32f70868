"""Conformance: what ports and runners promise, as tests that an author runs on a provider or a runner of their own.

    pytest -p reconciler.conformance.plugin --pyargs reconciler.conformance --bench forge=my_package.benches:MyBench

Law of the room: a suite knows the port and nothing of any provider; a bench brings what it is tried on. What any
server of the Open Inference Protocol is asked by `setpoint conformance` is in `protocol`, which needs no pytest.
"""
