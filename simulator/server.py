"""A threaded WSGI server on a loopback address."""

import signal
import sys
from types import FrameType

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from simulator.site import application
from simulator.world import World


class Server(ThreadedWSGIServer):
    """Takes many connections at once and does not wait for slow ones at the end."""

    daemon_threads = True
    request_queue_size = 128


def serve(world: World, host: str, port: int, quiet: bool) -> None:
    """Serves until SIGINT or SIGTERM; prints the address when ready. ``port`` 0 picks a free one."""
    server = Server((host, port), WSGIRequestHandler)
    server.set_app(application(world, quiet))
    signal.signal(signal.SIGTERM, _leave)
    print(f"simulator on http://{host}:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)
