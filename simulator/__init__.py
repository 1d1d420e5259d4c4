"""Plays Alipay on this machine: own process, own origin, no money. Start it with ``python -m simulator``."""
