"""What the page's API tells, for notebooks and for commands where there is no clone.

    from reconciler.client import Client

    setpoint = Client("https://setpoint.example", token=...)
    setpoint.trials("prod", "employment")           # a data frame, where pandas is installed
    setpoint.picture("prod", "pools/shared.svg")    # shows in Jupyter

Law of the room: it reads, and changes nothing; what the server says is taken within bounds, and what others wrote is
text where it is shown.
"""

from reconciler.client.client import Client
from reconciler.client.shown import Picture, Table

__all__ = ["Client", "Picture", "Table"]
