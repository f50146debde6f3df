"""The rules of a table's fields, one value at a time. What is accepted here, and only that, is accepted by the readers.

A text that is refused says why and what to do: most of these texts come from a spreadsheet or another program's export.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from plimsoll.engine.decimals import MIN_LOT_EXPONENT, parse_decimal, parse_quantity
from plimsoll.engine.ingest.findings import FieldRefusedError
from plimsoll.engine.problems import RefusedValueError
from plimsoll.engine.tiers import MAX_QUANTITY
from plimsoll.engine.titles import Title, parse_lien, parse_owner

MAX_ACCOUNT_BYTES = 64
MAX_CLASS = 2**12 - 1
"""A class is one limb in the circuit."""
_BLANKS = "\u00a0\u2007\u2009\u202f"
_NOT_A_NUMBER = re.compile(r"[-+]?(nan|inf|infinity)|null|none|nil|n/?a|-+", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"[-+]?[0-9.]+[eE][-+]?[0-9]+", re.ASCII)


def parse_account(text: str) -> str:
    """An account identifier: 1 to 64 bytes of UTF-8, printable, without comma or double quote, in normal form C.

    Two spellings that look alike and differ in bytes would be two accounts, hence the normal form.
    """
    if not text:
        raise FieldRefusedError("empty-field", "empty account", "give every row an account identifier")
    if text != text.strip():
        raise FieldRefusedError("whitespace", "stray whitespace around the account", "remove the blanks around it")
    if not text.isprintable():
        raise FieldRefusedError(
            "control-character", "a control character in the account", "remove what is not printable"
        )
    if "," in text or '"' in text:
        raise FieldRefusedError("account-character", "a comma or double quote in the account", "rename the account")
    if len(text.encode()) > MAX_ACCOUNT_BYTES:
        raise FieldRefusedError(
            "account-length", f"an account of more than {MAX_ACCOUNT_BYTES} bytes", "use a shorter identifier"
        )
    if unicodedata.normalize("NFC", text) != text:
        raise FieldRefusedError(
            "account-character", "an account that is not in Unicode normal form C", "normalise it (NFC)"
        )
    return text


def parse_class(text: str) -> int:
    """An account class: a plain integer from 0 to 4095."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,3}", text, re.ASCII) or int(text) > MAX_CLASS:
        raise FieldRefusedError(
            "class", f"expected a class from 0 to {MAX_CLASS}", "write a plain integer; 0 where you use no classes"
        )
    return int(text)


def parse_title(owner: str, lien: str) -> Title:
    """An account's owner and lien; an empty field says that there is none."""
    title = Title()
    try:
        title = title._replace(owner=parse_owner(owner)) if owner else title
    except RefusedValueError as error:
        raise FieldRefusedError("owner", str(error), error.remedy, column="owner", value=owner) from None
    try:
        title = title._replace(lien=parse_lien(lien)) if lien else title
    except RefusedValueError as error:
        raise FieldRefusedError("lien", str(error), error.remedy, column="lien", value=lien) from None
    return title


def parse_instrument(text: str, indices: Mapping[str, int]) -> int:
    """Index of an instrument of the risk parameters."""
    index = indices.get(text)
    if index is not None:
        return index
    if not text:
        raise FieldRefusedError("empty-field", "empty instrument", "name an instrument of parameters.json")
    if text.strip() in indices:
        raise FieldRefusedError("whitespace", "stray whitespace around the instrument", "remove the blanks around it")
    same = [name for name in indices if name.casefold() == text.strip().casefold()]
    remedy = f"did you mean {same[0]}?" if same else "add it to parameters.json and snapshot.json, or correct the name"
    raise FieldRefusedError("unknown-instrument", "unknown instrument", remedy)


def check_number(text: str) -> int:
    """A plain decimal as an integer at 10^-18: the form of a quantity, without its lot."""
    try:
        return parse_decimal(text, -MIN_LOT_EXPONENT, negative=True)
    except RefusedValueError as error:
        raise _hint(text) or FieldRefusedError("quantity", str(error), error.remedy) from None


def parse_lots(text: str, lot: int) -> int:
    """Signed number of lots of a quantity, below 2^60 in size. `lot` is the exponent of ten of one lot."""
    try:
        return _bounded(parse_quantity(text, lot))
    except FieldRefusedError:
        raise
    except RefusedValueError as error:
        check_number(text)
        raise FieldRefusedError("lot", str(error), error.remedy) from None


def quantize(text: str, lot: int) -> tuple[int, int]:
    """Lots of a balance rounded down (a claim shrinks, a debt grows), and the residue cut off at 10^-18 (0 or more)."""
    lots, residue = divmod(check_number(text), int(10 ** (lot - MIN_LOT_EXPONENT)))
    return _bounded(lots), residue


def beyond_tiers(limit: str) -> FieldRefusedError:
    """A quantity above the last tier of its instrument and side; `limit` is the largest accepted quantity."""
    return FieldRefusedError(
        "out-of-bounds",
        f"beyond the instrument's last tier, which ends at {limit}",
        "give the last bracket a null cap, or reduce the position",
    )


def _bounded(lots: int) -> int:
    if abs(lots) > MAX_QUANTITY:
        raise FieldRefusedError(
            "out-of-bounds", "2^60 lots or more", "give the instrument a coarser lot, or correct the unit"
        )
    return lots


def _hint(text: str) -> FieldRefusedError | None:
    """What people and spreadsheets write in place of a plain decimal."""
    plain = 'write a plain decimal such as "12.5" or "-3"'
    if not text:
        return FieldRefusedError("empty-field", "empty quantity", plain)
    if text != text.strip() and text.strip():
        return FieldRefusedError("whitespace", "stray whitespace around the quantity", "remove the blanks around it")
    if _NOT_A_NUMBER.fullmatch(text):
        return FieldRefusedError("not-a-number", "not a number", "give the quantity, or remove the row")
    if _SCIENTIFIC.fullmatch(text):
        return FieldRefusedError("scientific", "scientific notation", "write all digits: 0.00001, not 1e-5")
    if any(c in text for c in ",'_ " + _BLANKS):
        return FieldRefusedError(
            "thousands-separator", "a thousands separator or decimal comma", "write 1234.5, not 1,234.5 or 1234,5"
        )
    if "\u2212" in text or "\u2013" in text or text.startswith("("):
        return FieldRefusedError("quantity", "not a minus sign", 'write a negative quantity with "-"')
    if text.startswith("+"):
        return FieldRefusedError("quantity", "a leading plus", "leave it out")
    if re.fullmatch(r"-?0[0-9]+(\.[0-9]*)?", text, re.ASCII):
        return FieldRefusedError("quantity", "leading zeros", "leave them out")
    if re.fullmatch(r"-?(\.[0-9]+|[0-9]+\.)", text, re.ASCII):
        return FieldRefusedError("quantity", "a digit is missing before or after the point", "write 0.5 and 5")
    return None
