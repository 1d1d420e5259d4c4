"""``demo``: all of the shop on this machine, with one command. ``run``: the shop on the developer's own settings."""

import os
from collections.abc import Sequence
from pathlib import Path

from tools import venv
from tools.console import ROOT, fail, say
from tools.console import run as run_command
from tools.processes import Processes, Stopped, require_free, stop_on_signals, wait_for


def port(name: str, default: int) -> int:
    """A port from the environment."""
    word = os.environ.get(name) or str(default)
    if not (word.isascii() and word.isdigit() and 0 < int(word) < 65536):
        fail(f"{name} must be a port number, for example {default}")
    return int(word)


def demo_environment(shop: int, simulator: int) -> dict[str, str]:
    """The demo never reads .env: it must not seed or serve anybody's real shop."""
    data = Path(os.environ.get("DATA_DIR") or ROOT / "data").absolute()
    return {
        "DEMO": "1", "ENV_FILE": os.devnull, "SITE_URL": f"http://127.0.0.1:{shop}", "SIMULATOR_PORT": str(simulator),
        "DATA_DIR": str(data), "PYTHONUNBUFFERED": "1",
    }  # fmt: skip


def demo(words: Sequence[str]) -> None:
    """Installs, migrates, seeds, serves, and stops all of it together."""
    shop, simulator = port("PORT", 8000), port("SIMULATOR_PORT", 8001)
    require_free("PORT", shop)
    require_free("SIMULATOR_PORT", simulator)
    stop_on_signals()
    processes = Processes()
    try:
        python = venv.ensure()
        env = demo_environment(shop, simulator)
        prepare(python, env)
        serve(processes, python, env, shop, simulator)
        processes.wait()
    except Stopped:
        say("Stopping …")
    finally:
        processes.stop()


def prepare(python: Path, env: dict[str, str]) -> None:
    """The database and the demo goods; both steps do nothing the second time."""
    (ROOT / "staticfiles").mkdir(exist_ok=True)
    run_command([python, "manage.py", "migrate", "--verbosity", "0"], env)
    run_command([python, "manage.py", "seed_demo"], env)


def serve(processes: Processes, python: Path, env: dict[str, str], shop: int, simulator: int) -> None:
    """Simulator, worker and shop; prints the addresses once the shop's home page answers."""
    trades = f"{env['DATA_DIR']}/simulator"
    processes.start(
        "simulator", [python, "-m", "simulator", "--port", str(simulator), "--data", trades, "--quiet"], env
    )
    processes.start("worker", [python, "manage.py", "worker"], env)
    processes.start("shop", [python, "-m", "gunicorn", *GUNICORN, "--bind", f"127.0.0.1:{shop}", "config.wsgi"], env)
    wait_for(f"http://127.0.0.1:{shop}/zh-hans/", processes)
    wait_for(f"http://127.0.0.1:{simulator}/sim/", processes)
    say()
    say(f"  the shop        http://127.0.0.1:{shop}/")
    say(f"  its back office http://127.0.0.1:{shop}/admin/   (logins above)")
    say(f"  the gateway     http://127.0.0.1:{simulator}/sim/")
    say("  Ctrl-C stops all of it.")
    say()


GUNICORN = (
    "--no-control-socket",
    "--worker-class",
    "gthread",
    "--workers",
    "2",
    "--threads",
    "4",
    "--log-level",
    "warning",
)


def run(words: Sequence[str]) -> None:
    """Django's own development server, which reloads changed code; settings come from .env."""
    python = venv.ensure()
    (ROOT / "staticfiles").mkdir(exist_ok=True)
    os.execv(python, [str(python), "manage.py", "runserver", str(port("PORT", 8000)), *words])  # noqa: S606
