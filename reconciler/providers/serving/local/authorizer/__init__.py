"""The authorizer: a process beside the two Caddys that checks tokens and counts requests, of all endpoints of a folder.

Law of the room: it holds nothing that a restart would lose but the counts of the last seconds, and lets nobody in of
whom it isn't sure. Caddy asks it before a request goes on, and tells it each time what the endpoint demands (`policy`);
so there is no configuration that could be older than Caddy's. No token and no key is printed or kept.

    policy     what an endpoint demands, as Caddy hands it on
    tokens     whether a token is one that lets in: pure functions
    key_sets   the keys of an issuer, as values
    issuers    whose keys are known, and since when
    fetching   keys from servers, within bounds
    rates      how often a client has asked
    app        requests and answers
"""
