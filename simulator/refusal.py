"""How the gateway says no."""


class Refusal(Exception):
    """``code`` is Alipay's error word (protocol.md A.8), ``text`` says to a developer what to mend."""

    def __init__(self, code: str, text: str = "", **detail: str) -> None:
        super().__init__(f"{code} {text}".strip())
        self.code = code
        self.text = text
        self.detail = detail
