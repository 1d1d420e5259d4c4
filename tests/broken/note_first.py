"""An outbox that notes a mail as sent and then sends it: at most once, which includes never."""

from django.utils import timezone

from orders.models import OutboxMail


def lease(self: OutboxMail) -> bool:
    """The claim is the note."""
    claimed = OutboxMail.objects.due().filter(pk=self.pk).update(sent_at=timezone.now(), tries=self.tries + 1)
    self.tries += 1
    return bool(claimed)


OutboxMail.lease = lease  # type: ignore[method-assign]
OutboxMail.taken = lambda self: None  # type: ignore[method-assign]
