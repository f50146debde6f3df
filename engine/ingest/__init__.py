"""Book input: a directory of tables and JSON files is checked to the last row and becomes the engine's arrays.

`preflight` is the way in. Every rule of a field stands in `values`, written to be read; `decimals`, `names` and `spans`
accept a part of what `values` accepts, for millions of rows at once, and leave every other row to it.
"""
