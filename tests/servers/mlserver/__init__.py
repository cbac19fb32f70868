"""MLServer and KServe's storage initializer: what images of KServe's own runtimes run, from wheels.

They share an environment of their own in the cache of all servers, as they want other versions than the tests do.

    environment    that environment: where it is, and how it is installed
    commands       what the stand-in for the container runtime starts for each image
"""
