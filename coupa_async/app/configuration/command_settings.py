"""The base of every command's settings: where values come from, the strongest source first."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from coupa_async.app.configuration.setting_errors import plain_settings_errors
from coupa_async.app.configuration.settings_files import DOT_ENV, TOML, DotEnvFile, TomlFile
from coupa_async.app.configuration.user_folders import user_file


class Command(BaseSettings):
    """The base of every command's settings: where values come from.

    Attributes:
        is_typed: Whether all that the command needs is typed after its name: no file of settings is in its way.
        unused: Settings that mean nothing to the command: it offers no flag for them.
        seldom: Settings that it seldom needs: only the help of all shows them.
    """

    is_typed: ClassVar[bool] = True
    unused: ClassVar[frozenset[str]] = frozenset()
    seldom: ClassVar[frozenset[str]] = frozenset()

    model_config = SettingsConfigDict(
        env_prefix="COUPA_",
        extra="ignore",
        populate_by_name=True,
        cli_kebab_case=True,
        cli_implicit_flags="toggle",
        cli_hide_none_type=True,
        cli_avoid_json=True,
        cli_exit_on_error=False,
        cli_shortcuts={"output-dir": "o", "files-from": "from"},
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources of values, the strongest first."""
        if cls.is_typed:
            return (init_settings,)
        here, own = TomlFile(settings_cls, TOML), TomlFile(settings_cls, user_file())
        return init_settings, env_settings, DotEnvFile(settings_cls, DOT_ENV), here, own

    @classmethod
    def read(cls, **given: object) -> Self:
        """Read the settings.

        Args:
            given: Values that go before all others.

        Raises:
            SettingsError: One line that names the setting.
        """
        with plain_settings_errors():
            return cls(**given)
