"""A Gateway: Traefik, which obeys the routes of the Gateway API and tells in their status what it makes of them."""
