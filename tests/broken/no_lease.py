"""Workers that send what is not noted as sent, without a word to each other."""

from orders.models import OutboxMail


def lease(self: OutboxMail) -> bool:
    """Everybody has it."""
    self.tries += 1
    return True


OutboxMail.lease = lease  # type: ignore[method-assign]
