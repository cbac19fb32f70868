"""The embedded data store: one bare Git repository as an object store, and a folder for each run.

    objects.git          all environments' data, without compression: Parquet and models have their own
    work/<run>/          what a run's job writes, until it is accepted or dropped
    versions/<run>/      a checkout of an accepted run, read-only; made anew from the objects whenever it is missing
    trash/               folders on their way out, and drafts of checkouts

    refs/heads/<env>                   the environment's data branch
    refs/heads/open/<env>/<run>        a run that is under way; points to where the branch was opened
    refs/heads/sealed/<env>/<run>      a run whose output is committed
    refs/tags/<env>/<run>              a version: the sealed commit of a run that the environment accepted

Law of the room: the refs alone say what there is, and move together in one transaction. Folders follow them, and any
of them may be missing or left over at any time, as after a crash. Daemons of several environments share it all.
"""

from reconciler.providers.data.git.store import GitData

__all__ = ["GitData"]
