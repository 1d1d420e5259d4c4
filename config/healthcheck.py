"""Asks the process on this machine's port 8000 whether it is alive: ``python -m config.healthcheck`` ends 0 or 1."""

import http.client
import os
import sys
from urllib.parse import urlsplit


def alive() -> bool:
    """Whether /healthz answers 200, asked under the shop's own public name, for no other is served."""
    host = urlsplit(os.environ.get("SITE_URL", "")).netloc or "127.0.0.1"
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=4)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status == 200
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if alive() else 1)
