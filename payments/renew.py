"""Follows Alipay to its next certificate: fetched once, trusted by its chain, kept for all workers (protocol.md B.8).

Only an answer of the gateway itself makes the shop fetch one: whoever sends us messages could name serials without end.
A message under a certificate not yet known is refused and sent again; the sweep asks about its trade meanwhile.
"""

import re
import time
from collections.abc import Callable
from datetime import datetime

from django.core.cache import cache

from payments import journal
from payments.alipay import certificates, openapi
from payments.alipay.certificates import Certificates
from payments.alipay.errors import AlipayError, BadKey, Refused
from payments.alipay.signing import RsaSigner, Signer
from payments.alipay.transport import Transport
from payments.incidents import raise_incident
from payments.models import GatewayCertificate, GatewayMessage

SERIAL = re.compile(r"[0-9a-f]{32}")
PAUSE_SECONDS = 60
Verdict = GatewayMessage.Verdict


class Successors:
    """The certificates that came after the one that ``account`` was configured with (``ours``)."""

    def __init__(
        self,
        method: str,
        account: openapi.OpenAccount,
        ours: Certificates,
        transport: Transport,
        now: Callable[[], datetime],
    ) -> None:
        self.method, self.account, self.ours, self.transport, self.now = method, account, ours, transport, now

    def known(self, serial: str) -> Signer | None:
        """The signer of one that was fetched before; of the last one where no serial is named."""
        rows = GatewayCertificate.objects.filter(serial=serial) if serial else GatewayCertificate.objects.all()
        row = rows.order_by("-pk").first()
        try:
            return self._signer(row.pem, row.serial) if row else None
        except BadKey:
            return None

    def fetched(self, serial: str) -> Signer | None:
        """The signer of one that the gateway names; fetched where it is new, at most once a minute."""
        signer = self.known(serial)
        if signer or not SERIAL.fullmatch(serial) or not cache.add(f"certificate:{serial}", 1, PAUSE_SECONDS):
            return signer
        started = time.monotonic()
        try:
            signer = self._fetch(serial)
        except AlipayError as error:
            journal.asked(self.method, None, "certificate", Verdict.ERROR, started, note=str(error))
            if isinstance(error, BadKey | Refused):
                raise_incident("certificate-refused", serial, str(error))
            return None
        journal.asked(self.method, None, "certificate", Verdict.ACCEPTED, started, note=serial)
        raise_incident("certificate-renewed", serial, f"Alipay signs with the certificate {serial} now.")
        return signer

    def _fetch(self, serial: str) -> Signer:
        url = openapi.certificate_url(self.account, serial, self.now())
        pem = openapi.read_certificate(self.account, self.transport.get(url).body)
        signer = self._signer(pem, serial)
        GatewayCertificate.objects.get_or_create(serial=serial, defaults={"pem": pem})
        return signer

    def _signer(self, pem: str, serial: str) -> Signer:
        key = certificates.require_successor(pem, serial, self.ours, self.now())
        return RsaSigner(None, key, self.account.signer.sign_type)
