"""Shops with one safeguard taken out: each race must be seen to fail against them, or it proves nothing."""
