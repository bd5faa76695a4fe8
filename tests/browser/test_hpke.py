"""Sealing by the phone's own script: the RFC's vector, our box's key, old phones, and a slow one."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from playwright.sync_api import Page

from app.box.seal import SEALED_OVERHEAD, unseal
from tests.browser.conftest import Installation

LOAD = """
    const primitives = await import("/static/vendor/sealing/primitives.min.js");
    const hpke = await import("/static/js/hpke.js");
    const bytes = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
"""


@pytest.fixture
def sealing(phone: Page, installation: Installation) -> Page:
    """A page of the booth, under its content policy."""
    phone.goto(f"{installation.address}/v")
    return phone


def run(page: Page, script: str, argument: object = None) -> Any:  # noqa: ANN401 - what the script returns
    return page.evaluate(f"async (given) => {{ {LOAD} {script} }}", argument)


def test_it_works(sealing: Page) -> None:
    assert run(sealing, "return hpke.isSound(primitives)") is True


def test_the_box_opens_what_a_phone_sealed(sealing: Page) -> None:
    for size in (0, 1, 63, 64, 65, 600, 20_000):
        key, info, plaintext = X25519PrivateKey.generate(), b"round and paper", bytes(range(256)) * (size // 256 + 1)
        given = [part.hex() for part in (key.public_key().public_bytes_raw(), info, plaintext[:size])]
        script = "return hpke.hex(hpke.seal(primitives, ...given.map(bytes)))"
        sealed = [bytes.fromhex(run(sealing, script, given)) for _ in range(2)]
        assert [unseal(key, info, one) for one in sealed] == [plaintext[:size]] * 2
        assert {len(one) for one in sealed} == {size + SEALED_OVERHEAD}
        assert sealed[0] != sealed[1]


def test_it_works_without_big_numbers_and_web_cryptography(sealing: Page) -> None:
    """What iOS 13 and pages over plain http lack."""
    script = """
        delete globalThis.BigInt;
        Object.defineProperty(crypto, "subtle", { get() { throw new Error("not here"); } });
        const fresh = await import("/static/vendor/sealing/primitives.min.js?fresh");
        return hpke.isSound(fresh);
    """
    assert run(sealing, script) is True


WRONG = (
    "scalarMult: (n, p) => primitives.scalarMult(n, p).map((byte, at) => (at === 31 ? byte ^ 1 : byte))",
    "scalarMultBase: () => { throw new Error('no arithmetic'); }",
    "hmac: () => new Uint8Array(32)",
)


def test_it_refuses_arithmetic_that_is_wrong(sealing: Page) -> None:
    sound = {part: run(sealing, f"return hpke.isSound({{ ...primitives, {part} }})") for part in WRONG}
    assert sound == dict.fromkeys(WRONG, False)


def test_it_refuses_a_key_that_makes_a_secret_of_zeros(sealing: Page) -> None:
    script = """
        try {
            hpke.seal(primitives, new Uint8Array(32), bytes(""), bytes("00"));
        } catch (error) {
            return "refused";
        }
    """
    assert run(sealing, script) == "refused"
