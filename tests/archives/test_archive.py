"""Publications as one file: what is packed comes back, and nothing but the one form is read."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.verifier import archive
from plimsoll.verifier.archive import BLOCK, MAX_FILE, ArchiveError, load_archive, read_archive, write_archive

FILES = {"a.json": b"{}\n", "book.proof": bytes(range(256)) * 5, "empty": b"", "full": b"x" * BLOCK}
NAMES = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,99}", fullmatch=True)


def refused(data: bytes, message: str) -> None:
    with pytest.raises(ArchiveError, match=message):
        read_archive(data)


def changed(data: bytes, at: int, new: bytes, *, checksum: bool = True) -> bytes:
    """The archive with some bytes of its first header exchanged; by default with the checksum made right again."""
    raw = bytearray(data)
    raw[at : at + len(new)] = new
    if checksum:
        total = sum(raw[:148]) + 8 * 32 + sum(raw[156:512])
        raw[148:156] = b"%06o\0 " % total
    assert bytes(raw) != data
    return bytes(raw)


def by_tar(*members: tuple[str, bytes, bytes]) -> bytes:
    """An archive of another program: (name, type, content) in this order."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as packed:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type, info.size = kind, len(content)
            info.linkname = "/etc/passwd" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            packed.addfile(info, io.BytesIO(content))
    return out.getvalue()


# --- controls ------------------------------------------------------------------------------------------------------


@given(st.dictionaries(NAMES, st.binary(max_size=1_100), max_size=6))
def test_what_is_packed_comes_back(files: dict[str, bytes]) -> None:
    data = write_archive(files)
    assert read_archive(data) == files
    assert write_archive(dict(reversed(files.items()))) == data


def test_every_tar_reads_it(tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(write_archive(FILES))) as packed:
        found = {one.name: packed.extractfile(one).read() for one in packed.getmembers()}  # type: ignore[union-attr]
    assert found == FILES
    (tmp_path / "x.tar").write_bytes(write_archive(FILES))
    subprocess.run(["tar", "xf", "x.tar"], cwd=tmp_path, check=True)
    assert {name: (tmp_path / name).read_bytes() for name in FILES} == FILES


@given(st.binary(max_size=3_000))
def test_any_bytes_give_an_answer(data: bytes) -> None:
    for given_bytes in (data, write_archive(FILES)[: len(data)] + data):
        try:
            read = read_archive(given_bytes)
        except ArchiveError:
            continue
        assert write_archive(read) == given_bytes


def test_every_altered_byte_of_a_header_or_padding_is_refused_or_content() -> None:
    """One form: whatever is read is packed again to the very same bytes, so no byte is without meaning."""
    data = write_archive({"a": b"1", "b": b"22"})
    for at in range(len(data)):
        altered = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        try:
            files = read_archive(altered)
        except ArchiveError:
            continue
        assert files != {"a": b"1", "b": b"22"} and write_archive(files) == altered


# --- attacks -------------------------------------------------------------------------------------------------------


def test_link_rejected() -> None:
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        refused(by_tar(("a.json", kind, b"")), "not as `plimsoll pack`")
    refused(changed(write_archive(FILES), 156, b"2"), "not as `plimsoll pack`")


def test_directory_device_and_pipe_rejected() -> None:
    for kind in (tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, b"\0", b"x", b"L", b"S"):
        refused(changed(write_archive(FILES), 156, kind), "not as `plimsoll pack`")


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a/b", "..", ".", ".hidden", "a\\b", "A", "-x", "", "a\nb"])
def test_path_outside_and_odd_names_rejected(name: str) -> None:
    refused(changed(write_archive(FILES), 0, name.encode().ljust(100, b"\0")), "name")
    with pytest.raises(ArchiveError, match="name"):
        write_archive({name: b""})


def test_name_in_two_fields_or_with_something_after_it_rejected() -> None:
    """Other programs join the prefix field with the name, or stop at the first zero byte."""
    refused(changed(write_archive(FILES), 345, b".."), "not as `plimsoll pack`")
    refused(changed(write_archive(FILES), 0, b"a.json\0/../b"), "name|not as `plimsoll pack`")


def test_name_too_long_rejected() -> None:
    assert read_archive(write_archive({"n" * 100: b""})) == {"n" * 100: b""}
    with pytest.raises(ArchiveError, match="name"):
        write_archive({"n" * 101: b""})


def test_names_twice_or_out_of_order_rejected() -> None:
    one, other = write_archive({"a": b"1"})[: 2 * BLOCK], write_archive({"b": b"2"})[: 2 * BLOCK]
    end = bytes(2 * BLOCK)
    assert read_archive(one + other + end) == {"a": b"1", "b": b"2"}
    refused(one + one + end, "twice or out of order")
    refused(other + one + end, "twice or out of order")


def test_trailing_bytes_rejected() -> None:
    data = write_archive(FILES)
    for more in (b"\0", bytes(BLOCK), b"x", data):
        refused(data + more, "something after its end")


def test_padding_in_use_rejected() -> None:
    data = write_archive({"a": b"1"})
    refused(data[: BLOCK + 5] + b"x" + data[BLOCK + 6 :], "something between its files")


def test_truncated_rejected() -> None:
    data = write_archive({"a": b"1" * 700, "b": b"2"})
    for length in range(len(data)):
        with pytest.raises(ArchiveError):
            read_archive(data[:length])
    refused(data[: BLOCK + 700], "a is cut off")
    refused(data[:-1], "cut off after")
    refused(data[:-BLOCK], "cut off after")


@pytest.mark.parametrize("field", [b"77777777777\0", b"00000003000\0", b"\x80" + b"\xff" * 11, b"-0000000001\0"])
def test_huge_and_negative_lengths_rejected(field: bytes) -> None:
    refused(changed(write_archive({"a": b"1"}), 124, field), "larger than|cut off|not as `plimsoll pack`")


@pytest.mark.parametrize("field", [b"          1\0", b"00000000001 ", b"1\0\0\0\0\0\0\0\0\0\0\0", b"0x000000001\0"])
def test_length_in_another_form_rejected(field: bytes) -> None:
    refused(changed(write_archive({"a": b"1"}), 124, field), "not as `plimsoll pack`")


def test_wrong_checksum_rejected() -> None:
    refused(changed(write_archive(FILES), 148, b"0000000\0", checksum=False), "not as `plimsoll pack`")


@pytest.mark.parametrize(("at", "field"), [(100, b"0004755\0"), (108, b"0000001\0"), (136, b"00000000001\0")])
def test_mode_owner_and_time_in_another_form_rejected(at: int, field: bytes) -> None:
    """Nobody reads them; they would only make two files of one publication, or hide something in it."""
    refused(changed(write_archive(FILES), at, field), "not as `plimsoll pack`")


def test_archives_of_other_programs_rejected() -> None:
    refused(by_tar(("a.json", tarfile.REGTYPE, b"{}")), "not as `plimsoll pack`")


def test_compressed_archive_rejected() -> None:
    """A bomb unfolds only where something unfolds it."""
    refused(gzip.compress(write_archive(FILES)), "compressed")
    refused(b"PK\3\4" + bytes(600), "compressed")
    refused(b"BZh9" + bytes(600), "compressed")
    refused(b"\xfd7zXZ\0" + bytes(600), "compressed")
    refused(b"\x28\xb5\x2f\xfd" + bytes(600), "compressed")


def test_too_many_and_too_large_files_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    many = write_archive({f"f{i:04}": b"" for i in range(archive.MAX_FILES)})
    assert len(read_archive(many)) == archive.MAX_FILES
    refused(many[: -2 * BLOCK] + write_archive({"g": b""}), "more than")
    with pytest.raises(ArchiveError, match="more than"):
        write_archive({f"f{i:04}": b"" for i in range(archive.MAX_FILES + 1)})
    whole = write_archive({"a": b"12345"})
    monkeypatch.setattr(archive, "MAX_FILE", 4)
    refused(whole, "larger than")
    with pytest.raises(ArchiveError, match="larger than"):
        write_archive({"a": b"12345"})


def test_limits_are_as_written() -> None:
    """A limit that is moved shows here: 256 files of 64 MiB, 1 GiB in all, with a header and padding for each."""
    assert (archive.MAX_FILES, archive.MAX_FILE) == (256, 64 << 20)
    assert archive.MAX_ARCHIVE == (1 << 30) + 1_024 * 257


def test_file_as_large_as_allowed_is_packed_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_FILE", 5)
    assert read_archive(write_archive({"a": b"12345"})) == {"a": b"12345"}


# --- reading a file ------------------------------------------------------------------------------------------------


def test_archive_is_read_from_a_regular_file_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "day.tar"
    path.write_bytes(write_archive(FILES))
    assert load_archive(path) == FILES
    os.mkfifo(tmp_path / "pipe")
    for other, message in ((".", "regular file"), ("pipe", "regular file"), ("none", "cannot be read")):
        with pytest.raises(ArchiveError, match=message):
            load_archive(tmp_path / other)
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(MAX_FILE * 16)  # sparse
    monkeypatch.setattr(archive, "MAX_ARCHIVE", 1 << 16)
    with pytest.raises(ArchiveError, match="larger than"):
        load_archive(tmp_path / "huge")


def test_archive_as_large_as_allowed_is_read_and_none_larger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "day.tar"
    path.write_bytes(write_archive(FILES))
    monkeypatch.setattr(archive, "MAX_ARCHIVE", path.stat().st_size)
    assert load_archive(path) == FILES
    monkeypatch.setattr(archive, "MAX_ARCHIVE", path.stat().st_size - 1)
    with pytest.raises(ArchiveError, match="larger than"):
        load_archive(path)


def test_directory_is_no_archive(tmp_path: Path) -> None:
    assert not archive.is_archive(tmp_path)


def test_refusal_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "cut.tar").write_bytes(write_archive(FILES)[:-1])
    with pytest.raises(ArchiveError, match=r"cut\.tar: cut off"):
        load_archive(tmp_path / "cut.tar")
