"""What MySQL and MariaDB say: their drivers call most of it an operational error, a query's own mistakes among them.

The numbers are the servers' own (https://mariadb.com/docs/server/reference/error-codes/mariadb-error-code-reference).
"""

_SERVERS = range(1000, 2000), range(3000, 5000)
"""Numbers of what a server says; those from 2000 on are of the connection, and its drivers'."""
_PASSING = frozenset(
    {
        *(1040, 1041, 1042, 1043, 1053, 1077, 1079, 1080),  # too many, no memory, no handshake, coming up or going down
        *(1105, 1129, 1135, 1152, 1158, 1159, 1160, 1161),  # unknown, a blocked host, broken packets
        *(1184, 1203, 1205, 1206, 1213, 1226, 1317, 1614),  # limits of a user, locks, deadlocks, interrupted
        *(1021, 1030, 1114, 1180, 1194, 1195, 1290, 1836),  # disks, engines, read-only
        *(1044, 1045, 1049, 1130, 1698),  # who may come in, or to which database: somebody else sees to that
        *(1927, 1969, 3024, 3168, 4031),  # ended by a bound or by somebody
    }
)
"""Numbers of what may be gone at the next try, or what nobody mends in the query."""


def is_of_the_query(error: BaseException | None) -> bool:
    """Tell whether an error of a driver is the server's word on the query, which says the same at each try."""
    if error is None or type(error).__module__.partition(".")[0] not in ("pymysql", "MySQLdb", "mysql", "mariadb"):
        return False
    told = getattr(error, "errno", None) or next(iter(error.args), None)
    is_number = isinstance(told, int) and not isinstance(told, bool)
    return is_number and told not in _PASSING and any(told in numbers for numbers in _SERVERS)
