"""``assistant embed``: one vector a line, whatever stands inside the lines."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.cli.embed import embed
from assistant.errors import InvalidInput
from assistant.settings import load_settings
from assistant.wiring import build_embedder
from tests.conftest import HAS_FAQ

pytestmark = pytest.mark.skipif(not HAS_FAQ, reason="a build without the embedder")
TEXTS = ["怎么退货", "two\u2028halves", "form\x0cfeed", "next\x85line", "", "an \x1ditalic\x1d word", "lone\rreturn"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_each_line_has_its_vector(tmp_path, end, last, mark):
    file = tmp_path / "texts.txt"
    file.write_bytes(mark + (end.join(TEXTS) + (end if last else "")).encode())
    embed(file, None)
    assert np.array_equal(np.load(tmp_path / "texts.npy"), build_embedder(load_settings()).encode(TEXTS))


def test_no_lines_no_vectors(tmp_path):
    (tmp_path / "texts.txt").write_bytes(b"")
    embed(tmp_path / "texts.txt", None)
    assert np.load(tmp_path / "texts.npy").shape[0] == 0


def test_the_vectors_lie_where_they_were_asked_for(tmp_path):
    (tmp_path / "texts.txt").write_text("a\n")
    embed(tmp_path / "texts.txt", tmp_path / "vectors.bin")
    assert {path.name for path in tmp_path.iterdir()} == {"texts.txt", "vectors.bin"}


@pytest.mark.parametrize("output", ["texts.npy", "nowhere/v.npy", "."])
def test_what_cannot_be_written_is_refused_and_nothing_overwritten(tmp_path, output):
    file = tmp_path / "texts.npy"
    file.write_text("a\n")
    with pytest.raises(InvalidInput):
        embed(file, tmp_path / output)
    with pytest.raises(InvalidInput):
        embed(file, None)
    assert file.read_text() == "a\n"
