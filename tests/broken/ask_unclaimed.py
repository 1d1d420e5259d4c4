"""A worker that asks about what is due without a word to the others: ``python -m tests.broken.ask_unclaimed``."""

from config.wsgi import application
from payments import asking, sweep
from payments.management.commands.worker import Command
from payments.models import Payment


def ask(payment: Payment, moment: object) -> int:
    """No claim."""
    asking.ask(payment)
    return 1


if __name__ == "__main__":
    assert application, "it set Django up"
    sweep._ask = ask
    Command().handle(threads=2)
