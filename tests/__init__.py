"""Tests across applications: real processes, real browsers, real races."""
