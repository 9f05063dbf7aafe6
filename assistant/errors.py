"""Every error that the assistant raises on purpose.

::

    AssistantError                      500
    ├── InvalidInput                    400  names the field and, where there is one, the limit
    │   ├── TooLarge                    413
    │   └── InvalidPolicy               422
    ├── Unauthenticated                 401
    ├── Forbidden                       403
    ├── NotFound                        404
    ├── MethodNotAllowed                405
    ├── Conflict                        409
    ├── UnsupportedMedia                415
    ├── RateLimited                     429  carries seconds to wait
    ├── Unavailable                     503
    │   ├── DatabaseUnavailable         503
    │   └── StillLoading                503  carries seconds to wait
    ├── DeliveryFailed                  502  may go through later; carries seconds to wait, if the receiver said so
    │   ├── Late                        502  no answer in time
    │   └── Unreadable                  502  a language model's answer is of no use; carries what it cost in tokens
    ├── DeliveryRefused                 502  will not go through, however often it is tried
    │   ├── ReceiverGone                502  wants nothing more, ever
    │   └── AddressRefused              400  the address is not one that may be asked
    └── CannotStart                     500  the command line exits with 4
        ├── ConfigurationError
        ├── ModelError
        └── EmbeddedDatabaseError

``message`` is a key of ``[errors]`` in the words file, where its sentence stands in every language; ``values`` fill the sentence.
"""

from __future__ import annotations


class AssistantError(Exception):
    """The root: anything below it has a status and a sentence for the person who caused or meets it."""

    status = 500
    message = "internal"

    def __init__(
        self,
        message: str | None = None,
        *,
        field: str | None = None,
        limit: int | float | str | None = None,
        **values: object,
    ) -> None:
        self.message = message or type(self).message
        self.field = field
        self.limit = limit
        self.values = {"field": field, "limit": limit, **values}
        super().__init__(self.message, {k: v for k, v in self.values.items() if v is not None})


class InvalidInput(AssistantError):
    status = 400
    message = "invalid"


class TooLarge(InvalidInput):
    status = 413
    message = "too_large"


class InvalidPolicy(InvalidInput):
    status = 422
    message = "invalid_policy"


class Unauthenticated(AssistantError):
    status = 401
    message = "key_missing"


class Forbidden(AssistantError):
    status = 403
    message = "scope_missing"


class NotFound(AssistantError):
    status = 404
    message = "not_found"


class MethodNotAllowed(AssistantError):
    status = 405
    message = "method_not_allowed"


class Conflict(AssistantError):
    status = 409
    message = "conflict"


class UnsupportedMedia(AssistantError):
    status = 415
    message = "unsupported_media"


class RateLimited(AssistantError):
    """``retry_after`` is in whole seconds, at least 1."""

    status = 429
    message = "rate_limited"

    def __init__(self, retry_after: int, *, limit: int | float | None = None) -> None:
        super().__init__(limit=limit, retry_after=retry_after)
        self.retry_after = retry_after


class Unavailable(AssistantError):
    status = 503
    message = "unavailable"


class DatabaseUnavailable(Unavailable):
    message = "database_unavailable"


class StillLoading(Unavailable):
    """What would answer is being read; ``retry_after`` is in whole seconds, at least 1."""

    message = "still_loading"

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


class DeliveryFailed(AssistantError):
    """A receiver did not answer, or not well: it is worth trying again. ``retry_after`` is in seconds."""

    status = 502
    message = "delivery_failed"

    def __init__(self, problem: str, *, retry_after: float | None = None) -> None:
        super().__init__(problem=problem)
        self.problem = problem
        self.retry_after = retry_after


class Late(DeliveryFailed):
    """It did not answer in time; what it did until then may have to be paid for."""


class Unreadable(DeliveryFailed):
    """A language model answered, and its answer is of no use: asked again it may be. It has to be paid for all the same: ``model`` and the
    token counts are what the server told, 0 where it told none."""

    def __init__(self, problem: str, *, model: str = "", prompt_tokens: int = 0, completion_tokens: int = 0) -> None:
        super().__init__(problem)
        self.model = model
        self.prompt_tokens = prompt_tokens
        self.completion_tokens = completion_tokens


class DeliveryRefused(AssistantError):
    """A receiver will not take it: wrong rights, gone, unknown. ``problem`` never repeats a secret or a message's words."""

    status = 502
    message = "delivery_refused"

    def __init__(self, problem: str, *, field: str | None = None) -> None:
        super().__init__(field=field, problem=problem)
        self.problem = problem


class ReceiverGone(DeliveryRefused):
    """HTTP's 410: the connection is not to be used any more."""


class AddressRefused(DeliveryRefused):
    """The address leads to this machine, a private network or nowhere."""

    status = 400
    message = "address_refused"


class CannotStart(AssistantError):
    """The service or a command cannot begin; ``detail`` says what is wrong and what to do about it."""

    message = "cannot_start"

    def __init__(self, detail: str) -> None:
        super().__init__(detail=detail)
        self.detail = detail

    def __str__(self) -> str:
        return self.detail


class ConfigurationError(CannotStart):
    pass


class ModelError(CannotStart):
    pass


class EmbeddedDatabaseError(CannotStart):
    pass
