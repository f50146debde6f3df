"""Sphinx: Markdown by MyST, furo's theme. Built by `make docs`, where a warning is an error."""

from __future__ import annotations

import tomllib
from pathlib import Path

from docutils import nodes
from docutils.utils.math import latex2mathml
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

_project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]

project = "Plimsoll"
author = "The Plimsoll authors"
project_copyright = author
release = version = _project["version"]

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["amsmath", "deflist", "dollarmath"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "furo"
html_title = f"Plimsoll {version}"
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["plimsoll.css"]
html_math_renderer = "mathml"


def _formula(translator: HTML5Translator, node: nodes.Element, *, block: bool) -> None:
    """Writes a formula as MathML, which browsers set themselves: the pages load no script from another site."""
    text = node.astext().strip()
    translator.body.append(latex2mathml.tex2mathml(text, as_block=block))
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    app.add_html_math_renderer(
        "mathml",
        (lambda translator, node: _formula(translator, node, block=False), None),
        (lambda translator, node: _formula(translator, node, block=True), None),
    )
