"""kwok: keeps the nodes of the test cluster ready, and fakes the pods that aren't ours."""
