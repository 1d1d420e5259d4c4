"""The demo's keys are made once and are worth nothing elsewhere."""

from pathlib import Path

from payments.alipay import sandbox
from payments.alipay.keys import private_key, public_key
from payments.alipay.signing import RsaSigner


def test_the_two_pairs_are_made_once_and_read_by_all(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "keys"
    first = sandbox.demo_keys(folder)
    assert sandbox.demo_keys(folder) == first
    assert first.app_private != first.alipay_private
    assert [path.name for path in folder.parent.iterdir()] == ["keys"]


def test_each_pair_belongs_together(tmp_path: Path) -> None:
    keys = sandbox.demo_keys(tmp_path / "keys")
    for private, public in ((keys.app_private, keys.app_public), (keys.alipay_private, keys.alipay_public)):
        signer = RsaSigner(private_key(private), public_key(public))
        assert signer.verify(b"a=1", signer.sign(b"a=1"))


def test_who_comes_second_takes_the_keys_of_the_first(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = sandbox.demo_keys(folder)
    sandbox._make(folder)
    assert sandbox.demo_keys(folder) == first
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]
