"""Publications with one lie each, refused at reading, at verifying, or where two of them join."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from small_book import PARAMETERS
from venue_office import HOUR, POLICY, SHAPE, SNAPSHOT, made, oracles, parts, proven, published, reserves, venue

from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.scenarios import NO_SCENARIOS
from plimsoll.prover.publication import publish
from plimsoll.prover.signing_key import SigningKey
from plimsoll.verifier import bundle as reading
from plimsoll.verifier.bundle import (
    ATTESTATION,
    MANIFEST,
    PROOF,
    RESERVES,
    SIGNATURE,
    Bundle,
    BundleError,
    bundle_of,
    canonical_json,
    manifest_digest,
    read_bundle,
    read_directory,
)
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.publication import check_signature, verify_bundle, verify_history
from plimsoll.verifier.statement import read_proof

MARKET = reading.SNAPSHOT


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    day = tmp_path_factory.mktemp("written") / "day"
    publish(published(), day, policy=POLICY)
    return day


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """A copy of the publication, to be altered."""
    shutil.copytree(written, tmp_path / "day")
    return tmp_path / "day"


def verified(bundle: Bundle) -> Any:
    return verify_bundle(bundle, venue().public_key, oracles(), POLICY)


def refused(bundle: Bundle, step: str, expects: str) -> None:
    with pytest.raises(VerificationError, match=expects) as caught:
        verified(bundle)
    assert caught.value.step == step


def resigned(bundle: Bundle, **changes: Any) -> Bundle:
    """A manifest with other fields, truly signed by the venue."""
    manifest = bundle.manifest.model_copy(update=changes)
    raw = canonical_json(manifest.model_dump(mode="json"))
    signature = bundle.signature.model_copy(update={"signature": venue().sign(manifest_digest(raw))})
    return replace(bundle, manifest=manifest, manifest_bytes=raw, signature=signature)


def test_publication_is_written_read_and_verified(folder: Path) -> None:
    bundle = read_bundle(folder)
    assert bundle == published()
    found = verified(bundle)
    assert found.book.shape == SHAPE
    assert found.prices.attested == ("BTC",)
    assert found.reserves.reserves == {"BTC": 5 * 10**20}
    assert found.digest == bundle.digest.hex()


def test_prices_and_reserves_may_be_missing_and_are_then_not_said() -> None:
    few = {name: data for name, data in parts().items() if name not in (ATTESTATION, RESERVES)}
    found = verify_bundle(made(0, few), venue().public_key, policy=POLICY)
    assert (found.prices, found.reserves) == (None, None)
    refused(made(0, few), "publication", "attestation.json, since an oracle set is given")


# --- reading -------------------------------------------------------------------------------------------------------


def unreadable(folder: Path, message: str) -> None:
    with pytest.raises(PlimsollError, match=message):
        read_bundle(folder)


@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE, PROOF, MARKET])
def test_missing_file_rejected(folder: Path, name: str) -> None:
    (folder / name).unlink()
    unreadable(folder, f"{name} is missing")


def test_what_is_no_publication_is_said_to_be_none(tmp_path: Path) -> None:
    """Not that something in it does not belong there, and should be removed."""
    for names in ([], ["holdings.csv", "snapshot.json"], ["claims.json", "totals.proof"]):
        place = tmp_path / f"with {len(names)}{names[:1]}"
        place.mkdir()
        for name in names:
            (place / name).write_text("x")
        unreadable(place, "is missing: this is no publication")


@pytest.mark.parametrize("left", [["batch-00.proof"], ["claims.json", "scenarios.json"], ["totals.proof"]])
def test_part_of_a_whole_book_is_called_incomplete(folder: Path, left: list[str]) -> None:
    (folder / PROOF).unlink()
    for name in left:
        (folder / name).write_text("x")
    unreadable(folder, "is missing; ask the venue for the whole publication")


def test_one_proof_beside_a_whole_book_rejected(folder: Path) -> None:
    for name in reading.WHOLE:
        (folder / name).write_text("x")
    unreadable(folder, "'batch-00.proof' does not belong to a publication")


@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE])
def test_publication_without_one_of_the_two_is_called_incomplete(folder: Path, name: str) -> None:
    (folder / name).unlink()
    unreadable(folder, f"{name} is missing; ask the venue for the whole publication")


def test_further_file_is_not_even_read(folder: Path) -> None:
    (folder / "notes.txt").write_bytes(b"")
    with pytest.raises(BundleError, match="does not belong"):
        read_directory(folder)
    with pytest.raises(BundleError, match="does not belong"):
        bundle_of(bytes_of(published()) | {"notes.txt": b""}, "here")


def bytes_of(bundle: Bundle) -> dict[str, bytes]:
    """Every file of a publication, manifest and signature among them."""
    signature = bundle.signature.model_dump_json().encode()
    return {**bundle.files, MANIFEST: bundle.manifest_bytes, SIGNATURE: signature}


def test_sizes_at_the_limits_and_above(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = bytes_of(published())
    largest, total = max(map(len, files.values())), sum(map(len, files.values()))
    monkeypatch.setattr(reading, "MAX_BYTES", largest)
    monkeypatch.setattr(reading, "MAX_TOTAL_BYTES", total)
    assert bundle_of(files, "here").files == published().files
    assert set(read_directory(folder)) == set(files)
    monkeypatch.setattr(reading, "MAX_TOTAL_BYTES", total - 1)
    with pytest.raises(BundleError, match="larger than .* in all"):
        bundle_of(files, "here")
    monkeypatch.setattr(reading, "MAX_BYTES", largest - 1)
    monkeypatch.setattr(reading, "MAX_TOTAL_BYTES", total)
    with pytest.raises(BundleError, match="larger than"):
        bundle_of(files, "here")
    with pytest.raises(BundleError, match="larger than"):
        read_directory(folder)


def test_what_is_wrong_with_a_part_is_counted() -> None:
    fields = json.loads(parts()[MARKET])
    for more in ({"a": 1}, {"a": 1, "b": 1}):
        broken = replace(published(), files=parts() | {MARKET: json.dumps(fields | more).encode()})
        with pytest.raises(BundleError, match="unknown field") as caught:
            broken.snapshot  # noqa: B018 - parsed when it is asked for
        assert ("(and 1 more)" in str(caught.value), "more)" in str(caught.value)) == (len(more) > 1,) * 2


def test_file_that_is_not_listed_rejected(folder: Path) -> None:
    (folder / ATTESTATION).unlink()
    unreadable(folder, "but there are")


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "Manifest.json", "book.proof.gz"])
def test_further_file_rejected(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"")
    unreadable(folder, "does not belong to a publication")


def test_link_rejected(folder: Path, tmp_path: Path) -> None:
    """To a file outside, and to one of the publication's own."""
    (folder / PROOF).rename(tmp_path / "outside")
    for target in (tmp_path / "outside", folder / ATTESTATION):
        (folder / PROOF).symlink_to(target)
        unreadable(folder, f"{PROOF}: cannot be read as a file of its own")
        (folder / PROOF).unlink()
    (tmp_path / "outside").rename(folder / PROOF)
    read_bundle(folder)


def test_pipe_and_directory_in_place_of_a_file_rejected(folder: Path) -> None:
    (folder / PROOF).unlink()
    os.mkfifo(folder / PROOF)
    unreadable(folder, "expected a regular file")
    (folder / PROOF).unlink()
    (folder / PROOF).mkdir()
    unreadable(folder, "expected a regular file")


def test_file_in_place_of_the_directory_rejected(folder: Path, tmp_path: Path) -> None:
    unreadable(folder / PROOF, "got a file")
    unreadable(tmp_path / "none", "cannot be read")


def test_oversized_file_rejected(folder: Path) -> None:
    with (folder / PROOF).open("r+b") as file:
        file.truncate(reading.MAX_BYTES + 1)  # sparse
    unreadable(folder, "larger than")


@pytest.mark.parametrize("name", sorted(parts()))
def test_altered_file_rejected(folder: Path, name: str) -> None:
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    unreadable(folder, "not the file that the manifest lists")
    (folder / name).write_bytes(data + b"\n")
    unreadable(folder, "not the file that the manifest lists")


def test_length_in_the_manifest_is_compared(folder: Path) -> None:
    """The digest is right; the length beside it is not."""
    length = len((folder / PROOF).read_bytes())
    rewritten(folder, f'"bytes":{length}', f'"bytes":{length + 1}')
    unreadable(folder, f"{PROOF}: not the file that the manifest lists")


def rewritten(folder: Path, old: str, new: str) -> None:
    text = (folder / MANIFEST).read_text()
    assert old in text
    (folder / MANIFEST).write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('{"files"', '{ "files"', "canonical form"),
        ("}\n", "}", "canonical form"),
        ('"version":1}', '"version":1,"version":1}', "gives the key 'version' twice"),
        ('"sequence":3', '"sequence":3,"sequence":4', "gives the key 'sequence' twice"),
        ('"version":1', '"version":1,"more":1', "unknown field"),
        ('"sequence":3', '"sequence":99999999999999999999999', "holds a number of 23 digits"),
        ('"sequence":3', '"sequence":3.0', "holds the JSON number 3.0"),
        ('"previous":null', '"previous":' + "[" * 40 + "]" * 40, "is nested deeper than 16 levels"),
        ('"venue":"small"', '"venue":"sm\\u0061ll"', "canonical form"),
        ("Z", ".000Z", "canonical form"),
    ],
)
def test_manifest_of_another_form_rejected(folder: Path, old: str, new: str, message: str) -> None:
    rewritten(folder, old, new)
    unreadable(folder, message)


def test_manifest_with_fields_reordered_rejected(folder: Path) -> None:
    fields = json.loads((folder / MANIFEST).read_text())
    backwards = dict(reversed(fields.items()))
    (folder / MANIFEST).write_text(json.dumps(backwards, separators=(",", ":")) + "\n")
    unreadable(folder, "canonical form")


def test_manifest_with_files_reordered_or_twice_rejected(folder: Path) -> None:
    fields = json.loads((folder / MANIFEST).read_text())
    for files in (fields["files"][::-1], [fields["files"][0], *fields["files"]]):
        (folder / MANIFEST).write_bytes(canonical_json(fields | {"files": files}))
        unreadable(folder, "lists")


# --- verifying -----------------------------------------------------------------------------------------------------


def test_manifest_altered_after_signing_rejected(folder: Path) -> None:
    rewritten(folder, '"sequence":3', '"sequence":4')
    refused(read_bundle(folder), "publication", "the venue's signature over the manifest")


def test_another_key_than_the_venue_s_rejected() -> None:
    other = SigningKey.from_seed(b"x" * 32)
    with pytest.raises(VerificationError, match="a signature by the venue's key"):
        verify_bundle(published(), other.public_key, policy=POLICY)
    signature = published().signature.model_copy(update={"public_key": other.public_key})
    refused(replace(published(), signature=signature), "publication", "a signature by the venue's key")
    forged = published().signature.model_copy(update={"signature": other.sign(published().digest)})
    refused(replace(published(), signature=forged), "publication", "the venue's signature")


def test_another_s_signature_under_his_own_key_rejected() -> None:
    """Truly signed, by somebody else: refused by the signature's check alone, whatever the parts say."""
    other = SigningKey.from_seed(b"x" * 32)
    signature = published().signature.model_copy(
        update={"public_key": other.public_key, "signature": other.sign(published().digest)}
    )
    check_signature(replace(published(), signature=signature), other.public_key)
    with pytest.raises(VerificationError, match="a signature by the venue's key"):
        check_signature(replace(published(), signature=signature), venue().public_key)


def test_publication_at_the_moment_of_its_snapshot() -> None:
    verified(resigned(published(0), time=SNAPSHOT.time))


def test_signature_over_untagged_bytes_rejected() -> None:
    """The venue's key signs other things, too: what it signs here says what it is."""

    raw = hashlib.sha256(published().manifest_bytes).digest()
    forged = published().signature.model_copy(update={"signature": venue().sign(raw)})
    refused(replace(published(), signature=forged), "publication", "the venue's signature")


@pytest.mark.parametrize(
    ("changes", "expects"),
    [
        ({"venue": "other"}, "a snapshot of other"),
        ({"sequence": 4}, "a snapshot of 4"),
        ({"time": SNAPSHOT.time - 1}, "not before its snapshot"),
        ({"root": (1, 2, 3, 4)}, "in the proof"),
    ],
)
def test_manifest_that_contradicts_its_parts_rejected(changes: dict[str, Any], expects: str) -> None:
    refused(resigned(published(), **changes), "publication", expects)


def test_publication_that_joins_where_its_snapshot_does_not_rejected() -> None:
    """A first publication names none before it, and a later one does: in the manifest and in the snapshot."""
    expects = "no previous publication, as the snapshot says, got " + "00" * 32
    refused(resigned(published(0), previous=bytes(32)), "publication", expects)
    refused(resigned(published(1), previous=None), "publication", "a previous publication, as the snapshot says")


def test_publication_of_the_future_rejected() -> None:
    """Signed for a later moment, it could be kept and shown when it suits."""
    assert POLICY.at is not None
    latest = int(POLICY.at.timestamp()) * 1_000_000 + 300_000_000
    verified(resigned(published(0), time=latest))
    refused(resigned(published(0), time=latest + 1), "publication", "a publication not later than")


def test_rules_of_another_digest_rejected() -> None:
    own = PARAMETERS.digest()
    verify_bundle(published(), venue().public_key, policy=POLICY, rules=own)
    with pytest.raises(VerificationError, match="rules with the digest 0") as caught:
        verify_bundle(published(), venue().public_key, policy=POLICY, rules=bytes(32))
    assert (caught.value.step, caught.value.got) == ("publication", own.hex())


def test_stress_test_that_is_asked_for_and_is_not_there_rejected() -> None:
    """The strict statement has no scenarios: a reader who accepts one list of them is not told that all is well."""
    for digest in (NO_SCENARIOS.digest(), bytes(32)):
        with pytest.raises(VerificationError, match="a book with scenarios.json") as caught:
            verify_bundle(published(), venue().public_key, policy=POLICY, stress=digest)
        assert caught.value.step == "publication"


@pytest.mark.parametrize("name", [MARKET, reading.PARAMETERS, ATTESTATION, RESERVES])
def test_part_that_breaks_its_form_rejected(name: str) -> None:
    """Also where nobody asks for it; and only after the signature, which nobody else can make."""
    broken = replace(published(), files=parts() | {name: parts()[name][:-20]})
    with pytest.raises(BundleError, match=name):
        verify_bundle(broken, venue().public_key, policy=POLICY)
    with pytest.raises(VerificationError, match="a signature by the venue's key"):
        verify_bundle(broken, SigningKey.from_seed(b"x" * 32).public_key, policy=POLICY)


def test_files_that_make_no_market_rejected() -> None:
    rules = json.loads(parts()[reading.PARAMETERS])
    files = parts() | {reading.PARAMETERS: json.dumps(rules | {"quote": "EUR"}).encode()}
    with pytest.raises(BundleError, match="make no market"):
        verified(replace(published(), files=files))


def test_proof_of_another_snapshot_rejected() -> None:
    files = parts() | {PROOF: proven(SNAPSHOT.model_copy(update={"sequence": 9}))}
    refused(made(0, files), "policy", "publication sequence 3")


def test_invalid_proof_rejected() -> None:
    proof = parts()[PROOF]
    files = parts() | {PROOF: proof[:-9] + bytes([proof[-9] ^ 1]) + proof[-8:]}
    with pytest.raises(VerificationError):
        verified(made(0, files))


def test_prices_that_no_oracle_reported_rejected() -> None:
    later = json.loads(parts()[MARKET])
    attested = json.loads(parts()[ATTESTATION])
    attested["reports"][0]["prices"]["BTC"]["price"] = "50001"
    assert later["prices"]["BTC"] == "50000.5"
    refused(made(0, parts() | {ATTESTATION: json.dumps(attested).encode()}), "oracles", "the median of 1 reports")


def test_reserves_of_another_book_rejected() -> None:
    other = proven(SNAPSHOT)
    root = read_proof(other)[0].public_values[1:5]
    files = parts() | {RESERVES: reserves(SNAPSHOT, root)}
    refused(made(0, files), "reserves", "reserves for the book root")


# --- chain ---------------------------------------------------------------------------------------------------------


def broken(bundles: list[Bundle], expects: str) -> None:
    with pytest.raises(VerificationError, match=expects) as caught:
        verify_history(bundles)
    assert caught.value.step == "publication"


def test_publications_join() -> None:
    verify_history([published(0), published(1)])
    verify_history([published(1)])
    assert verified(published(1)).book.sequence == SNAPSHOT.sequence + 1


def test_publication_left_out_or_exchanged_rejected() -> None:
    broken([published(1), published(0)], "one more")
    broken([published(0), published(0)], "one more")
    again = resigned(published(0), time=published(0).manifest.time + 1)
    broken([again, published(1)], "previous")


@pytest.mark.parametrize(
    ("changes", "expects"),
    [
        ({"previous": None}, "previous"),
        ({"previous": bytes(32)}, "previous"),
        ({"venue": "other"}, "one venue"),
        ({"time": SNAPSHOT.time}, "a later one"),
        ({"time": SNAPSHOT.time + HOUR // 60}, "a later one"),
        ({"sequence": SNAPSHOT.sequence + 2}, "one more"),
    ],
)
def test_publication_that_follows_no_other_rejected(changes: dict[str, Any], expects: str) -> None:
    broken([published(0), resigned(published(1), **changes)], expects)


def test_snapshot_that_follows_no_other_rejected() -> None:
    """Its own time, and its own link to the proof before it."""
    for update, expects in (({"time": SNAPSHOT.time}, "a later snapshot"), ({"previous": None}, "previous proof")):
        snapshot = published(1).snapshot.model_copy(update=update)
        files = parts(1) | {MARKET: json.dumps(snapshot.model_dump(mode="json")).encode()}
        broken([published(0), made(1, files, published(0))], expects)


# --- publishing ----------------------------------------------------------------------------------------------------


def test_what_would_be_refused_is_not_published(tmp_path: Path) -> None:
    wrong = made(0, parts() | {RESERVES: parts(1)[RESERVES]})
    with pytest.raises(VerificationError, match="reserves"):
        publish(wrong, tmp_path / "day", policy=POLICY)
    with pytest.raises(VerificationError, match="one more"):
        publish(published(0), tmp_path / "day", published(1), policy=POLICY)
    assert list(tmp_path.iterdir()) == []


def test_publication_after_another_s_is_not_published(tmp_path: Path) -> None:
    """The one before is signed by the same key, or this one would vouch for a stranger's."""
    other = SigningKey.from_seed(b"x" * 32)
    signature = published(0).signature.model_copy(
        update={"public_key": other.public_key, "signature": other.sign(published(0).digest)}
    )
    with pytest.raises(VerificationError, match="a signature by the venue's key"):
        publish(published(1), tmp_path / "day", replace(published(0), signature=signature), policy=POLICY)
    assert list(tmp_path.iterdir()) == []


def test_prices_that_are_not_attested_are_not_published(tmp_path: Path) -> None:
    said = json.loads(parts()[ATTESTATION])
    said["signature"] = "c0" + "00" * 95
    wrong = made(0, parts() | {ATTESTATION: json.dumps(said).encode()})
    with pytest.raises(VerificationError, match="each signer's signature"):
        publish(wrong, tmp_path / "day", oracles=oracles(), policy=POLICY)
    with pytest.raises(BundleError, match=ATTESTATION):
        publish(made(0, parts() | {ATTESTATION: b"{"}), tmp_path / "day", policy=POLICY)
    with pytest.raises(VerificationError, match="a snapshot at most"):
        publish(published(0), tmp_path / "day", policy=replace(POLICY, max_age=timedelta(minutes=1)))
    assert list(tmp_path.iterdir()) == []


def test_publication_is_never_replaced(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="never replaced"):
        publish(published(0), folder, policy=POLICY)
    with pytest.raises(PlimsollError, match="cannot be written"):
        publish(published(0), tmp_path / "no" / "day", policy=POLICY)
    assert [one.name for one in tmp_path.iterdir()] == ["day"]


def test_times_are_as_the_tests_assume() -> None:
    assert published(1).manifest.time - published(0).manifest.time == HOUR
    assert PARAMETERS.digest() == published(0).parameters.digest()


def test_publication_is_the_same_from_a_mapping(folder: Path) -> None:
    """However its files came: as a directory, or as the parts of one file."""
    files = {one.name: one.read_bytes() for one in folder.iterdir()}
    assert bundle_of(files, "day") == read_bundle(folder) == published()
    for wrong in (
        {name: data for name, data in files.items() if name != PROOF},
        files | {"../out": b""},
        files | {PROOF: files[PROOF] + b"x"},
        files | {PROOF: bytes(reading.MAX_BYTES + 1)},
    ):
        with pytest.raises(BundleError, match="^day"):
            bundle_of(wrong, "day")
