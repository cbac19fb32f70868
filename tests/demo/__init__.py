"""The sample repository on real engines, from an empty cluster to a monitored endpoint: a test, and a demo for people.

engines      starts the servers, and says what `environment.yaml` has to say of them
acts         what is waited for and checked
__main__     `make demo ENVIRONMENT=cluster`
"""
