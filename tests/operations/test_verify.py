"""The stand-alone verifier: what is right passes, every tampering is said in both languages and ends with 1."""

import ast
import copy
import json
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from app.core.merkle import tree_of
from app.core.signing import public_half, signed
from app.core.signs import SIGNS, signs_of
from app.operations import verify
from app.operations.verify import Wanted, check, is_signed
from tests.found import some

SEED, OTHER = bytes(range(32)), bytes(range(1, 33))
KEY = public_half(SEED).hex()
SOURCE = Path(verify.__file__)
Document = dict[str, Any]


def make_ids(count: int, salt: bytes = b"") -> list[bytes]:
    return sorted(sha256(salt + number.to_bytes(4, "big")).digest()[:16] for number in range(count))


def make_list(ids: list[bytes], seed: bytes = SEED, **changed: object) -> Document:
    root = tree_of(ids).root
    body = {
        "format": verify.RECEIPTS, "round_id": "r1", "title": "第一轮", "root": root.hex(), "signs": signs_of(root),
        "count": len(ids), "receipts": [it.hex() for it in ids],
    }  # fmt: skip
    return signed(seed, {**body, **changed})


def make_result(root: bytes | None, round_id: str = "r1") -> Document:
    named = root.hex() if root else None
    body = {"format": verify.RESULT, "round_id": round_id, "root": named, "document": {"rate": 87.5, "名": "局"}}
    return signed(SEED, body)


IDS = make_ids(40)
ROOT = tree_of(IDS).root
RECEIPT = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[int(IDS[7].hex(), 16) >> 128 - 5 * at & 31] for at in range(1, 17))


def is_right(*documents: Document, **wanted: str) -> bool:
    return all(finding.right for finding in some(check(documents, Wanted(**wanted))))


@pytest.mark.parametrize("size", range(258))
def test_it_works(size: int) -> None:
    ids = make_ids(size)
    root = tree_of(ids).root
    assert verify.root_of(ids) == root
    assert is_right(make_list(ids), root=root.hex(), key=KEY)
    for place in {0, size // 2, size - 1} & set(range(size)):
        assert is_right(make_list(ids), receipt=ids[place].hex(), root=signs_of(root))


@pytest.mark.parametrize("size", [1, 2, 3, 9, 257])
def test_it_finds_one_receipt_changed_added_or_dropped(size: int) -> None:
    ids, printed = make_ids(size), tree_of(make_ids(size)).root.hex()
    for other in (sorted([*ids, b"0123456789abcdef"]), ids[1:], sorted([*ids[1:], b"0123456789abcdef"])):
        texts = [it.hex() for it in other]
        assert not is_right(make_list(ids, receipts=texts, count=len(texts)))
        assert not is_right(make_list(other), root=printed)
        assert is_right(make_list(other))


FAULTS: dict[str, Callable[[Document], object]] = {
    "a receipt dropped": lambda told: told["receipts"].pop(),
    "the number alone": lambda told: told.update(count=41),
    "a receipt twice": lambda told: told["receipts"].append(told["receipts"][-1]),
    "another order": lambda told: told["receipts"].reverse(),
    "a receipt that is none": lambda told: told["receipts"].append("no receipt"),
    "a number instead of a receipt": lambda told: told["receipts"].append(7),
    "no list": lambda told: told.update(receipts="none"),
    "another root": lambda told: told.update(root="00" * 32),
    "a root that is none": lambda told: told.update(root=None),
    "other signs": lambda told: told.update(signs="的的的的 的的的的"),
    "another title": lambda told: told.update(title="第二轮"),
    "no signature": lambda told: told.pop("signature"),
    "a signature that is none": lambda told: told.update(signature="signed"),
    "an empty signature": lambda told: told.update(signature={}),
    "a flipped bit": lambda told: told["signature"].update(signature="00" + told["signature"]["signature"][2:]),
    "another key": lambda told: told["signature"].update(public_key=public_half(OTHER).hex()),
    "a key that is no point": lambda told: told["signature"].update(public_key="02" + "00" * 31),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_it_finds_a_tampered_list(fault: str) -> None:
    told = copy.deepcopy(make_list(IDS))
    FAULTS[fault](told)
    assert not is_right(told)


def test_it_finds_a_list_that_somebody_else_signed() -> None:
    assert is_right(make_list(IDS, OTHER))
    assert not is_right(make_list(IDS, OTHER), key=KEY)
    assert not is_right(make_list(IDS), key="no key")


@pytest.mark.parametrize(
    "typed",
    [
        IDS[7].hex(),
        IDS[7].hex().upper(),
        RECEIPT,
        RECEIPT.lower(),
        "-".join(RECEIPT[at : at + 4] for at in (0, 4, 8, 12)),
    ],
)
def test_it_finds_a_receipt_however_it_is_typed(typed: str) -> None:
    assert is_right(make_list(IDS), receipt=typed)
    assert not is_right(make_list(make_ids(40, b"another round")), receipt=typed)


@pytest.mark.parametrize("typed", ["ABCD", "U" * 16, "?", "ABCD-EFGH-JKMN-PQR", IDS[7].hex() + "0", "0" * 27])
def test_it_refuses_what_is_no_receipt(typed: str) -> None:
    [*_, finding] = check([make_list(IDS)], Wanted(receipt=typed))
    assert not finding.right
    assert "回执码不对" in finding.zh


@pytest.mark.parametrize(
    "printed", ["00" * 32, "的的的的 的的的的", "的的的", "xyz", signs_of(ROOT)[:-1], ROOT.hex()[:-1]]
)
def test_it_refuses_another_root(printed: str) -> None:
    assert is_right(make_list(IDS), make_result(ROOT))
    assert not is_right(make_list(IDS), root=printed)
    assert not is_right(make_result(ROOT), root=printed)


def test_it_checks_a_result_and_whether_a_list_is_of_its_round() -> None:
    assert is_right(make_result(ROOT), make_list(IDS), root=ROOT.hex(), key=KEY)
    assert not is_right(make_result(ROOT), make_list(make_ids(3)))
    assert not is_right(make_result(ROOT, round_id="r2"), make_list(IDS))
    assert not is_right({**make_result(ROOT), "document": {"rate": 88.5, "名": "局"}})
    assert not is_right(make_result(ROOT), receipt=RECEIPT)
    assert is_right(make_result(None))
    assert not is_right(make_result(None), root=ROOT.hex())


def titled(title: str, **about: object) -> Document:
    inner = {"round": {"title": title, **about}}
    return signed(SEED, {"format": verify.RESULT, "round_id": "r1", "root": None, "version": 1, "document": inner})


def said(document: Document) -> str:
    return "".join(finding.zh + finding.en for finding in check([document], Wanted()))


def test_a_rehearsal_is_no_result() -> None:
    assert "演练，不是正式结果：“第一轮”" in said(titled("第一轮", rehearsal=True))
    assert "演练" not in said(titled("第一轮", rehearsal=False))


def test_words_that_nobody_signed_are_not_shown_and_none_move_the_reader_s_screen() -> None:
    evil = titled("第一轮\u001b[2F\u001b[J[OK] 签名正确")
    assert "\u001b" not in said(evil)
    assert "第一轮" not in said({**evil, "version": "1\u001b[8m"})


@pytest.mark.parametrize("strange", [["r1"], {"r": 1}, None])
def test_files_of_strange_rounds_are_of_no_round_together(strange: object) -> None:
    assert not is_right(signed(SEED, {**make_result(ROOT), "round_id": strange}), make_list(IDS))


# The vectors of RFC 8032, section 7.1: secret, public, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]


@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_it_agrees_with_rfc_8032(secret: str, public: str, message: str, signature: str) -> None:
    assert public_half(bytes.fromhex(secret)).hex() == public
    key, said, name = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert is_signed(key, said, name)
    assert not is_signed(key, said + b"\0", name)
    for at in range(64):
        assert not is_signed(key, said, name[:at] + bytes([name[at] ^ 1]) + name[at + 1 :])
    assert not is_signed(key, said, name + b"\0")
    assert not is_signed(key[:-1], said, name)


def test_it_refuses_a_scalar_beyond_the_order() -> None:
    """The same signature with the order added to its scalar would be a second one of the same message."""
    _, public, message, signature = VECTORS[1]
    name = bytes.fromhex(signature)
    more = int.from_bytes(name[32:], "little") + verify.Q
    assert not is_signed(bytes.fromhex(public), bytes.fromhex(message), name[:32] + more.to_bytes(32, "little"))


def test_it_stands_alone() -> None:
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(SOURCE.read_text("utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names
    assert "".join(verify.SIGNS) == "".join(SIGNS)


def run(*arguments: str | Path) -> tuple[int, str]:
    """Run a copy of the file in an interpreter that finds no other package."""
    command = [sys.executable, "-I", "-S", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, encoding="utf-8")
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_it_runs_as_a_program_of_its_own(tmp_path: Path) -> None:
    program = tmp_path / "verify.py"
    program.write_bytes(SOURCE.read_bytes())
    listed, broken, other = tmp_path / "receipts.json", tmp_path / "broken.json", tmp_path / "other.json"
    listed.write_text(json.dumps(make_list(IDS), ensure_ascii=False), "utf-8")
    broken.write_text(json.dumps({**make_list(IDS), "count": 41}), "utf-8")
    other.write_text('{"a": 1, "a": 2}', "utf-8")
    asked = ("--root", signs_of(ROOT), "--receipt", RECEIPT, "--key", KEY)
    code, said = run(program, listed, *asked, "--lang", "zh")
    assert (code, said.count("[OK]"), said.count("[!!]")) == (0, 5, 0)
    assert "全部正确" in said
    code, said = run(program, listed, *asked, "--lang", "en")
    assert (code, "All is right." in said) == (0, True)
    assert run(program, broken, "--lang", "en")[0] == 1
    assert run(program, listed, "--root", "00" * 32, "--lang", "en")[0] == 1
    for unread in (other, tmp_path / "missing.json"):
        code, said = run(program, unread, "--lang", "en")
        assert (code, said.splitlines()[-1]) == (1, "[!!] Something is wrong.")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "7", '"x"', "{", "{}", '{"format": "manyidu/receipts/2"}', '{"format": "manyidu/receipts/1", "x": NaN}',
     '{"format": "manyidu/receipts/1", "x": "\\ud800"}', "[" * 100_000, '{"format": "manyidu/result/1"}'],
)  # fmt: skip
def test_it_refuses_what_is_no_such_file(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    path = tmp_path / "some.json"
    path.write_text(text, "utf-8")
    assert verify.report([path], Wanted(), "zh") == 1
    assert "[!!]" in capsys.readouterr().out
