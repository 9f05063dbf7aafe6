"""What the tables are made of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import DateTime, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import UserDefinedType

metadata = MetaData()


class Vector(UserDefinedType[Any]):
    """pgvector's type, of any dimension; read and written as its text, ``[0.1,0.2]``."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "vector"


class TransactionId(UserDefinedType[Any]):
    """PostgreSQL's xid8."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


TIME = DateTime(timezone=True)
STRUCTURE = JSONB(none_as_null=True)
