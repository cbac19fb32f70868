"""MLServer and KServe's storage initializer: what images of KServe's own runtimes run, from wheels.

They come to an environment of their own, in the cache of all servers, and are run by it as the stand-in for the
container runtime is told in `commands`.
"""
