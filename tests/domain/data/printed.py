"""How pages of six countries print numbers and dates, written without our reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Country:
    """What a country's pages look like."""

    language: str
    group: str
    decimal: str
    dates: tuple[str, ...]

    def number(self, value: Decimal) -> str:
        text = f"{abs(value):,f}".replace(",", "\0").replace(".", self.decimal).replace("\0", self.group)
        minus = "\u2212" if self.language == "sv" else "-"
        return f"{minus}{text}" if value < 0 else text

    def days(self, value: date) -> list[str]:
        return [form.format(d=value.day, m=value.month, y=value.year, s=value.year % 100) for form in self.dates]


COUNTRIES = {
    country.language: country
    for country in (
        Country("pt-BR", ".", ",", ("{d:02}/{m:02}/{y}", "{d:02}/{m:02}/{s:02}")),
        Country("de", ".", ",", ("{d:02}.{m:02}.{y}", "{d}.{m}.{y}", "{d:02}.{m:02}.{s:02}")),
        Country("en-US", ",", ".", ("{m:02}/{d:02}/{y}", "{m}/{d}/{y}", "{m:02}/{d:02}/{s:02}")),
        Country("en-GB", ",", ".", ("{d:02}/{m:02}/{y}", "{d:02}/{m:02}/{s:02}")),
        Country("fr", "\u202f", ",", ("{d:02}/{m:02}/{y}",)),
        Country("sv", "\u00a0", ",", ("{y}-{m:02}-{d:02}",)),
    )
}
