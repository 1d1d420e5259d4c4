"""A shop that lets a tracer watch its system calls, also where only a parent may: ``gunicorn tests.traceable``."""

import ctypes

import tests.dying  # noqa: F401 - the points of death
from config.wsgi import application

__all__ = ["application"]

PR_SET_PTRACER, ANYBODY = 0x59616D61, ctypes.c_ulong(-1)
ctypes.CDLL(None).prctl(PR_SET_PTRACER, ANYBODY, 0, 0, 0)
