"""What the API refuses: errors of the tree in ``domain.errors``.

::

    SignInRequiredError
    └── TokenRefusedError          it does not take the token
    PageError
    └── ApiRefusalError            it refuses a question, such as for a missing scope
    RefusedDownloadError
    └── NotOverApiError            it gives no access to the file, and nobody is signed in
"""

from __future__ import annotations

from coupa_async.domain.errors import PageError, RefusedDownloadError, SignInRequiredError


class TokenRefusedError(SignInRequiredError):
    """The API does not take its token, though it has just been renewed. Cure: the run asks for another by itself."""

    def __init__(self, url: str, why: str = "") -> None:
        where, told = url.partition("?")[0], f" ({why})" if why else ""
        super(SignInRequiredError, self).__init__(f"{where}: the API does not take the token{told}")
        self.url = url


class ApiRefusalError(PageError):
    """The API refuses a question. Cure: have the client given the scope that the message names: ``docs/guide/api.md``.

    Attributes:
        status: The HTTP status.
    """

    def __init__(self, url: str, status: int, why: str = "") -> None:
        told = f": {why}" if why else ""
        super().__init__(f"{url.partition('?')[0]}: the API answers {status}{told}")
        self.status = status


class NotOverApiError(RefusedDownloadError):
    """The API gives no access to a file, nor does a sign-in. Cure: ask for the scope, or ``coupa-async login``.

    Attributes:
        is_record: Whether it gave the file's record instead of its bytes.
    """

    def __init__(self, status: int, url: str = "", *, is_record: bool = False) -> None:
        super().__init__(status, None, url)
        answer = "gives its record and not its bytes" if is_record else f"answers {status}"
        self.args = (f"the API {answer}, and no sign-in opens its page: ask for a scope, or coupa-async login",)
        self.is_record = is_record
