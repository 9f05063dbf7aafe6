"""A Stack Exchange dump of four questions and a comment. Written for this project."""

from __future__ import annotations

from pathlib import Path

_POST = (
    '  <row Id="{id}" PostTypeId="1" CreationDate="2026-11-{day:02}T10:00:00.000" OwnerUserId="{id}" '
    'Title="{title}" Body="&lt;p&gt;{body}&lt;/p&gt;" Tags="&lt;search&gt;" />'
)
_SEARCH = (
    ("How does beam search work?", "Is beam search better than greedy search for translation?"),
    ("Beam search or greedy search?", "Which width of beam search should I use?"),
    ("Why does beam search repeat itself?", "My beam search gives the same sentence again."),
    ("Can beam search be parallel?", "Beam search on four processors."),
)


def write_dump(folder: Path) -> None:
    rows = [_POST.format(id=at, day=22 + at, title=title, body=body) for at, (title, body) in enumerate(_SEARCH, 1)]
    (folder / "Posts.xml").write_text("<posts>\n{}\n</posts>".format("\n".join(rows)))
    comment = '<row Id="7" PostId="1" Text="Try a beam search of width four." CreationDate="2026-11-24T11:00:00.000" />'
    (folder / "Comments.xml").write_text(f"<comments>{comment}</comments>")
