"""Who is asking, and for which community."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.errors import Forbidden, InvalidInput, NotFound
from assistant.types.access import Scope


@dataclass(frozen=True, slots=True)
class Caller:
    """The key behind a request; ``community`` is ``None`` for a key that belongs to none."""

    key_id: str
    scope: Scope
    community: str | None

    def community_for(self, named: str | None) -> str:
        """The community that a request is about.

        Raises:
            InvalidInput: a key without a community has to name one.
            Forbidden: only such a key may name one other than its own.
        """
        if self.community is None:
            if named is None:
                raise InvalidInput("community_missing", field="community")
            return named
        if named is not None and named != self.community:
            raise Forbidden("community_forbidden", field="community")
        return self.community

    def own(self, community: str) -> str:
        """``community`` itself where the caller may see it; else NotFound, as if it did not exist."""
        if self.community is not None and self.community != community:
            raise NotFound(field="community")
        return community
