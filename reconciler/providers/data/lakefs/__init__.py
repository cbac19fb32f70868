"""The data store on lakeFS: one repository, which the environments share.

    branch <env>                                    the environment's data branch
    branch run_<kind>_<name>_<digest>_<env>         a run that <env> has opened: at the root while its job writes,
                                                    at a commit of its own once it is sealed
    branch merge_<kind>_<name>_<digest>_<env>       hidden: where a merge is put together, for as long as that takes
    tag setpoint_<kind>_<name>_<digest>_<env>       a version: the sealed commit of a run that <env> has accepted
    tag setpoint_root                               the repository's first commit, off which all runs' branches are

Law of the room: branches and tags alone say what there is, and no copy of them is kept. A run's branch begins at the
empty root, so that it holds the run's output and nothing else, and can be merged to any environment. An environment's
branch moves by merges only, each prepared on a branch of its own: whoever reads the environment's branch sees a
folder as it was or as it is, protected branches stay protected, and the hooks of that branch are asked.
"""

from reconciler.providers.data.lakefs.store import LakeFSData

__all__ = ["LakeFSData"]
