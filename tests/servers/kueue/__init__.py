"""Kueue: admits the jobs of teams as their quotas allow."""
