"""The launcher: what a cluster starts in the place of a job, on one node or on several at once.

    python -m runners.launcher

Law of the room: the launcher's end is the job's end. Whoever kills it, its actor or its machine, kills the job within
its grace, and whatever the job left running goes with it. It needs nothing that the order doesn't say, and only `gang`
imports Ray.

    job_environ  what a job sees of its node's environment
    seal         secrets that were given to this job alone
    supervisor   the small script beside one process: keeps its time, and stops it when nobody holds the line any more
    supervising  starting a supervisor, stopping it, reading its exit code
    gang         several processes on several nodes, by a placement group of Ray
"""
