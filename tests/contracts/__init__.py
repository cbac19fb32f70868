"""Contracts: what servers of others say of their own API, and small servers that are held to it, request by request."""
