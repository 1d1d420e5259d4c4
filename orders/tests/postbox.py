"""A mail server on loopback that speaks SMTP over a socket, and that has moods: it refuses, stalls, hangs up, dies."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import takewhile
from typing import cast


class Postbox(socketserver.ThreadingTCPServer):
    """``messages``: what it took. ``mood``: how it treats the next mail; ``refused``: whom it does not know.

    ``patience`` lets a stalled dialogue go on.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Dialogue)
        self.messages: list[EmailMessage] = []
        self.refused = ""
        self.mood = "takes"
        self.patience = threading.Event()
        self.gate = threading.Barrier(1)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def gate_of(self, mails: int) -> None:
        """Takes the first mail only when so many are on their way."""
        self.gate = threading.Barrier(mails)

    @property
    def names(self) -> list[str]:
        """The Message-ID of each, in the order they came."""
        return [str(message["Message-ID"]) for message in self.messages]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is no error of ours."""


class Dialogue(socketserver.StreamRequestHandler):
    """One client, from greeting to farewell."""

    server: Postbox

    def handle(self) -> None:
        self.say("220 postbox")
        for line in self.rfile:
            verb = line.strip().upper()
            if verb == b"DATA":
                if not self.take():
                    return
            elif verb.startswith(b"RCPT"):
                self.answer_recipient(line)
            else:
                self.say("221 bye" if verb == b"QUIT" else "250 yes")

    def answer_recipient(self, line: bytes) -> None:
        unknown = self.server.refused and self.server.refused in line.decode()
        answers = {"refuses": "550 no such person", "busy": "451 come back later"}
        self.say(answers["refuses"] if unknown else answers.get(self.server.mood, "250 yes"))

    def take(self) -> bool:
        """Reads the mail; False where this server hangs up instead of answering."""
        if self.server.mood == "hangs-up":
            return False
        self.say("354 go on")
        body = b"".join(takewhile(lambda line: line != b".\r\n", self.rfile))
        if self.server.mood == "stalls":
            self.server.patience.wait(30)
            return False
        self.wait_at_the_gate()
        message = message_from_bytes(body.replace(b"\r\n..", b"\r\n."), policy=policy.default)
        self.server.messages.append(cast(EmailMessage, message))
        if self.server.mood == "takes-and-hangs-up":
            return False
        self.say("250 taken")
        return True

    def wait_at_the_gate(self) -> None:
        """Opens for ever once all have come; whoever comes alone afterwards is not held up."""
        gate = self.server.gate
        if gate.parties > 1:
            gate.wait(60)
            self.server.gate = threading.Barrier(1)

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def postbox() -> Iterator[Postbox]:
    """A server that listens until the block ends."""
    with Postbox() as box:
        thread = threading.Thread(target=box.serve_forever, args=[0.05])
        thread.start()
        try:
            yield box
        finally:
            box.patience.set()
            box.shutdown()
            thread.join()
