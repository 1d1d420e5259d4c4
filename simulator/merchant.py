"""The one merchant whose account the simulator keeps."""

from dataclasses import dataclass
from pathlib import Path

from payments.alipay import sandbox
from payments.alipay.keys import private_key, public_key
from payments.alipay.signing import Md5Signer, RsaSigner, Signer


@dataclass(frozen=True, slots=True)
class Merchant:
    """``signer`` verifies the requests to the legacy service and signs its messages; ``app`` is the Open Platform's.

    ``public_key`` is what the merchant configures as Alipay's; with ``cert_sn`` answers and notifications name the
    certificate that holds it.
    """

    partner: str
    seller_email: str
    signer: Signer
    app_id: str
    app: RsaSigner
    public_key: str
    cert_sn: str = ""


def merchant(
    partner: str = sandbox.PARTNER,
    seller_email: str = sandbox.SELLER_EMAIL,
    key: str = sandbox.MD5_KEY,
    app_id: str = sandbox.APP_ID,
    rsa_public_key: str | None = None,
    app_public_key: str | None = None,
    data: Path | None = None,
    cert_sn: str = "",
) -> Merchant:
    """The account; the legacy service in RSA mode where ``rsa_public_key`` is given. Raises BadKey.

    The keys are those that the demo shop reads from the same ``data`` directory, or new at each start.
    """
    keys = sandbox.demo_keys(data / "keys") if data else sandbox.new_keys()
    own = private_key(keys.alipay_private)
    legacy = Md5Signer(key) if rsa_public_key is None else RsaSigner(own, public_key(rsa_public_key), "RSA")
    app = RsaSigner(own, public_key(app_public_key or keys.app_public), "RSA2")
    return Merchant(partner, seller_email, legacy, app_id, app, keys.alipay_public, cert_sn)
