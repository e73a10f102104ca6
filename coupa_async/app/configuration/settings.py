"""Every setting, declared once.

Its value comes from the first of these: flag, environment, ``.env``, ``coupa.toml``, the user's own ``coupa.toml``,
default.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, BeforeValidator, Field, PrivateAttr, SecretStr, field_validator, model_validator
from pydantic_settings import CliDualFlag, CliSuppress, NoDecode

from coupa_async.app.configuration.command_settings import Command
from coupa_async.app.configuration.setting_values import (
    bandwidth_of,
    checked_address,
    number_or_auto,
    shown,
    split_list,
    split_words,
)
from coupa_async.app.configuration.user_folders import data_dir
from coupa_async.app.password import read_password
from coupa_async.domain import errors
from coupa_async.domain.api.queries import SCOPES
from coupa_async.domain.pages.addresses import DEFAULT_PATH, check_path

Language = Literal["en", "pt-BR"]
"""A language of ``services/languages``."""
LANGUAGE = "language of what a person reads: en or pt-BR; default: the system's"


class Settings(Command):
    """The settings of every command that asks the tenant.

    Attributes:
        tells_notes: Whether the command itself tells the person the notes.
    """

    is_typed: ClassVar[bool] = False
    tells_notes: ClassVar[bool] = False

    base_url: str | None = Field(None, description="the address of your Coupa: https://TENANT.coupahost.com")
    login_url: str | None = Field(None, description="where a sign-in begins; default: the base URL")
    username: str | None = Field(None, description="for Coupa's own sign-in form")
    password: CliSuppress[SecretStr | None] = Field(None, description="for Coupa's own sign-in form")
    sign_in_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="identity providers whose forms may be filled in, too, separated by commas: https://HOST"
    )
    client_id: str | None = Field(None, description="the API client that your Coupa administrator made for you")
    client_secret: CliSuppress[SecretStr | None] = Field(None, description="its secret")
    scopes: Annotated[tuple[str, ...], NoDecode] = Field(
        SCOPES, description="what the API client may read, separated by spaces or commas"
    )
    token_rest_s: CliSuppress[float] = Field(5.0, ge=0, description="seconds before the first use of an API token")
    storage_state: Path | None = Field(None, description="file that keeps the sign-in; default: one for each Coupa")
    backend: str = Field(
        "playwright", validation_alias=AliasChoices("backend", "BACKEND"), description="playwright or selenium"
    )
    channel: Literal["msedge", "chrome", "chromium"] = Field("msedge", description="browser to look for first")
    browser_path: Path | None = Field(None, description="the browser's executable, instead of looking for it")
    driver_path: Path | None = Field(None, description="the WebDriver's executable, instead of looking for it")
    edge_profile_dir: Path | None = Field(
        None,
        validation_alias=AliasChoices("edge_profile_dir", "EDGE_PROFILE_DIR"),
        description="a user-data directory of yours to copy a profile from; it is only read",
    )
    edge_profile_name: str = Field(
        "Default",
        validation_alias=AliasChoices("edge_profile_name", "EDGE_PROFILE_NAME"),
        description="the profile's folder in it",
    )
    playwright_ws: str | None = Field(None, description="Playwright servers that have the browsers: ws://HOST:PORT,…")
    selenium_url: str | None = Field(None, description="Selenium Grids that have the browsers: http://HOST:4444,…")
    headless: CliSuppress[bool] = Field(True, description="without a window")
    interactive: CliSuppress[bool] = Field(
        True,
        validation_alias=AliasChoices("interactive", "ENABLE_INTERACTIVE_UI"),
        description="whether a person may be asked",
    )
    notify: CliDualFlag[bool] = Field(
        True, description="call you at the end of a run: bell, title, a notice of the desktop"
    )
    language: Language | None = Field(None, description=LANGUAGE)
    workers: Annotated[int | None, BeforeValidator(number_or_auto)] = Field(
        None,
        ge=1,
        le=64,
        validation_alias=AliasChoices("workers", "MAX_PARALLEL_WORKERS"),
        description="browsers side by side: a number, or auto for as many as make it faster; default: auto",
    )
    lane: Literal["auto", "api", "direct", "browser"] = Field("auto", description="how pages and files are fetched")
    tabs: int | None = Field(
        None, ge=1, le=64, description="orders at once in one browser; default: 1 in the lane browser, else many"
    )
    min_in_flight: int = Field(1, ge=1, description="requests at a time that are never gone below")
    max_in_flight: int = Field(64, ge=1, le=256, description="requests at a time that are never gone above")
    requests_per_s: float | None = Field(None, gt=0, description="requests a second that are never gone above")
    bandwidth: Annotated[int | None, BeforeValidator(bandwidth_of)] = Field(
        None, description="bytes a second that all downloads together may take, such as 2MB/s; default: no bound"
    )
    client_cert: Path | None = Field(None, description="a certificate (PEM) for the direct lane to show to Coupa")
    client_key: Path | None = Field(None, description="its key, where it is not in the same file")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="file stores inside your network that links may lead to: hosts, or .domain for all below it"
    )
    output_dir: Path = Field(Path("out"), description="where folders, journal and the updated spreadsheet go")
    folder_columns: Annotated[tuple[str, ...] | None, NoDecode] = Field(
        None, description="columns that make the folders, or {supplier}; empty is flat; default: the sheet decides"
    )
    sheet: str | None = Field(None, description="sheet with the orders; default: PO_Data, else the first that has some")
    po_column: str | None = Field(None, description="header of the column with the order numbers")
    id_column: str | None = Field(None, description="header of a column with the orders' ids or links in Coupa")
    order_path: str = Field(
        DEFAULT_PATH, description="where Coupa has its orders: {id}, {number} or {digits} of the order number"
    )
    group_column: str | None = Field(
        None, description="header of the column that tells whose an order is, such as a company code"
    )
    visible_only: bool = Field(False, description="leave out rows that a filter or a person has hidden")
    encoding: str | None = Field(None, description="encoding of a text file, such as cp1252; default: found out")
    skip_unseen_groups: bool = Field(
        False, description="leave a group for last, or undone, of which the first orders cannot be seen"
    )
    data: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="the order's data as columns: basic, all, or names of fields as the pages have them"
    )
    lines: bool = Field(False, description="every line of the orders, in a sheet COUPA_LINES or a file -lines.csv")
    order_pdf: bool = Field(False, description="the order itself as PO….pdf in its folder, from its view for printing")
    paper: Literal["A4", "Letter"] = Field("A4", description="what such a PDF is printed on")
    requisition: Literal["fallback", "always", "never"] = Field("fallback", description="when its files are taken")
    types: Annotated[tuple[str, ...], NoDecode] = Field((), description="only files of these types: pdf,docx")
    names: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="only files whose names match one of these: *contract*,*invoice*"
    )
    intent: Literal["supplier", "internal"] | None = Field(
        None, description="only files for the supplier, or only others"
    )
    files_from: Annotated[tuple[Literal["header", "lines", "comments", "requisition"], ...], NoDecode] = Field(
        (), description="only files from these places: header,lines,comments,requisition"
    )
    no_files: bool = Field(False, description="read pages and their data, and fetch no file")
    refresh_data: bool = Field(False, description="read the data of finished orders again, without their files")
    empty_folders: bool = Field(False, description="a folder also for orders without files")
    link_duplicates: bool = Field(
        False, description="keep one copy of equal files, the others as hard links to it: editing one edits all"
    )
    memory_threshold: float = Field(0.85, description="share of the memory from which fewer browsers run")
    session_mb: int = Field(1500, ge=100, description="megabytes from which a browser is replaced")
    session_orders: int = Field(250, ge=1, description="orders after which a browser is replaced")
    grace_s: float = Field(60.0, ge=0, description="seconds for the orders begun, after the first Ctrl-C or signal")
    msg_pdf: bool | None = Field(
        None, description="an Outlook message also as a PDF beside it; default: asked when a person is there, else not"
    )
    max_page_mb: int = Field(64, ge=1, description="megabytes that a page may have, unpacked")
    max_file_mb: int | None = Field(
        None, ge=1, description="megabytes that a file may have; default: what the disk has"
    )
    disk_reserve_mb: int = Field(256, ge=0, description="megabytes that stay free on the disk")
    parse_s: float = Field(10.0, gt=0, description="seconds that reading a page or a message may take")
    patience_s: float = Field(60.0, ge=0, description="seconds to try a Coupa that this run has never reached")
    max_attempts: int = Field(3, ge=1, le=20, description="tries for an order or a file")
    page_timeout_s: float = Field(
        30.0, gt=0, description="seconds for a page to come; over HTTP a file may pause for twice as long"
    )
    settle_s: float = Field(15.0, gt=0, description="seconds for a page to show what it announces")
    download_timeout_s: float = Field(600.0, gt=0, description="seconds for a file to come whole")

    _notes: list[str] = PrivateAttr(default_factory=list)

    @field_validator(
        "username", "password", "client_id", "client_secret", "storage_state", "browser_path", "driver_path",
        "edge_profile_dir", "playwright_ws", "selenium_url", "client_cert", "client_key", "sheet", "po_column",
        "id_column", "group_column", "encoding", "intent",
        mode="before",
    )  # fmt: skip
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("base_url", "login_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        return None if value is None else checked_address(value)

    @field_validator("order_path")
    @classmethod
    def _is_path(cls, value: str) -> str:
        if wrong := check_path(value):
            raise ValueError(wrong)
        return value

    @field_validator("scopes", mode="before")
    @classmethod
    def _are_words(cls, value: object) -> object:
        return split_words(value) or SCOPES

    @field_validator("folder_columns", "data", "names", mode="before")
    @classmethod
    def _is_list(cls, value: object) -> object:
        return split_list(value)

    @field_validator("allowed_hosts", "types", "files_from", mode="before")
    @classmethod
    def _is_list_of_words(cls, value: object) -> object:
        return split_words(value)

    @field_validator("sign_in_origins", mode="before")
    @classmethod
    def _are_origins(cls, value: object) -> object:
        origins = split_words(value)
        for origin in origins if isinstance(origins, tuple | list) else ():
            parts = urlsplit(origin)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
                raise ValueError(f"{origin!r} is no origin: write https://HOST, without a path")
        return origins

    @model_validator(mode="after")
    def _base_url_is_an_origin(self) -> Self:
        origin = "/".join((self.base_url or "").split("/")[:3]).partition("?")[0].partition("#")[0]
        if self.base_url is not None and origin != self.base_url:
            self._notes.append(
                f"the address of your Coupa is {origin}: what follows it in {shown(self.base_url)} is not used"
            )
            self.base_url = origin
        return self

    @model_validator(mode="after")
    def _password_in_the_keyring(self) -> Self:
        if self.password is None and self.username and self.base_url:
            self.password = read_password(self.base_url, self.username)
        if self.client_secret is None and self.client_id and self.base_url:
            self.client_secret = read_password(self.base_url, self.client_id, "COUPA_CLIENT_SECRET")
        return self

    def tenant(self) -> str:
        """Return the tenant's address.

        Raises:
            SettingsError: If none is set, or the example of these pages. No tenant is built in.
        """
        if urlsplit(self.base_url or "").netloc == "TENANT.coupahost.com":
            raise errors.SettingsError(
                "TENANT stands for a name of your company's own: set COUPA_BASE_URL to what your browser shows there"
            )
        if self.base_url is None:
            raise errors.SettingsError(
                "the address of your Coupa is not set: "
                "set COUPA_BASE_URL, or --base-url, to what your browser shows there: https://TENANT.coupahost.com"
            )
        return self.base_url

    @property
    def has_api(self) -> bool:
        """Whether the API's client is set, and has a secret or a token that lets it in."""
        is_let_in = self.client_secret is not None or (bool(self.base_url) and self.token_file().exists())
        return self.client_id is not None and is_let_in

    @property
    def chosen_lane(self) -> str:
        """The lane; for ``auto`` the API, if there is one."""
        return "api" if self.lane == "auto" and self.has_api else self.lane

    @property
    def notes(self) -> tuple[str, ...]:
        """What the person should know of how the settings were read, a sentence each."""
        return tuple(dict.fromkeys(self._notes))

    def add_notes(self, notes: Iterable[str]) -> None:
        """Add what else the person should know."""
        self._notes.extend(notes)

    def state_file(self) -> Path:
        """Return the file that keeps the sign-in."""
        host = urlsplit(self.tenant()).netloc.replace(":", "_")
        return self.storage_state or data_dir() / "state" / f"{host}.json"

    def token_file(self) -> Path:
        """Return the file that keeps the API's token."""
        return self.state_file().with_suffix(".token.json")

    def shown(self) -> dict[str, object]:
        """Return the settings for a report: without secrets and user names, and with redacted addresses."""
        hidden = {"username", "client_id", "json_", "quiet"}
        given = {name: getattr(self, name) for name in type(self).model_fields if name not in hidden}
        return {name: shown(value) for name, value in given.items() if not isinstance(value, SecretStr | None)}


def shown_defaults() -> dict[str, object]:
    """Return what ``Settings.shown`` has of settings of which nobody has said anything."""
    defaults = {name: field.get_default() for name, field in Settings.model_fields.items()}
    return {name: "" if value is None else shown(value) for name, value in defaults.items()}
