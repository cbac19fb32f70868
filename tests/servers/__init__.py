"""The real servers that tests run against: built from their own modules, started and ended by the tests.

Law of the room: a server is a process of this machine on free loopback ports and a temporary folder; it is ready when
it says so, it ends by its process id, and it never outlives the test that started it.

    recipes    what is built, from which modules; a folder of each name holds its go.mod and go.sum
    building   `make servers`: from recipe to a folder in the cache
    whole      folders of the cache that are there wholly or not at all
    toolchain  what builds: the machine's Go and C compiler, or those of wheels
    process    a server as a process: ready, stopped, paused, started again, its log
    ports      where a server may listen
    fixtures   the pytest plugin: ask for `lakefs` or `cluster` in any test
    jobs       jobs for the tests of the servers themselves
    leash      what ends a server when its tests are gone

Each server has a folder: its go.mod and go.sum, and in `server.py` how it is started. `kubernetes/cluster.py` puts
those together that make a cluster; `gateway/` and `prometheus/` stand beside one; `kubelet/` is the one that we wrote
ourselves, the stand-in for the container runtime; `mlserver/` is what it runs for the images of KServe's own runtimes,
from wheels.
"""
