"""What can go wrong when talking with Alipay.

AlipayError
├── BadKey          a key or certificate text that cannot be read
├── Malformed       a message that does not follow the protocol: no effect, never retried
│   └── BadSignature    not signed by the key we expect
├── Refused         Alipay answered and said no (``code``)
└── Unknown         no trustworthy answer: the outcome must be asked for, never guessed
"""


class AlipayError(Exception):
    """Any trouble with the protocol. The message never holds a key or a signature."""


class BadKey(AlipayError, ValueError):
    """A key or certificate text that cannot be read; says what it looks like instead."""


class Malformed(AlipayError):
    """A message that breaks the protocol's form (charset, doubled field, amount grammar, missing field)."""


class BadSignature(Malformed):
    """The signature is absent, unreadable or does not match."""


class Refused(AlipayError):
    """Alipay answered with an error code (protocol.md A.8, B.9)."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(f"{code} {text}".strip())
        self.code = code


class Unknown(AlipayError):
    """Time-out, broken connection, 5xx, unsigned or unreadable answer: the outcome is unknown (protocol.md B.9)."""
