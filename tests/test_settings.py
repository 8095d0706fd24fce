from dataclasses import fields
from pathlib import Path

import pytest

from core.errors import BadSettings
from core.settings import Settings, settings


def test_without_variables_the_defaults_hold() -> None:
    assert Settings.from_environment({}) == Settings()


@pytest.mark.parametrize("field", [field.name for field in fields(Settings)])
def test_every_field_has_a_variable(field: str) -> None:
    variable = Settings().variable(field)
    text, value = {bool: ("1", True), int: ("7", 7), Path: ("/data", Path("/data"))}[type(getattr(Settings(), field)) if field != "home" else Path]
    changed = Settings.from_environment({variable: text})
    assert getattr(changed, field) == value
    assert [f.name for f in fields(Settings) if getattr(changed, f.name) != getattr(Settings(), f.name)] in ([field], [])


@pytest.mark.parametrize("text", ["-1", "1.5", "many", "1e6", "0x10"])
def test_a_number_must_be_whole_and_not_negative(text: str) -> None:
    with pytest.raises(BadSettings, match="LIMELIGHT_MAX_ROWS must be a whole number of 0 or more"):
        Settings.from_environment({"LIMELIGHT_MAX_ROWS": text})


@pytest.mark.parametrize(("text", "value"), [("0", False), ("1", True), ("true", True), ("False", False)])
def test_a_switch_is_zero_or_one(text: str, value: bool) -> None:
    assert Settings.from_environment({"LIMELIGHT_SHARED": text}).shared is value


def test_a_switch_that_is_neither_is_refused() -> None:
    with pytest.raises(BadSettings, match="LIMELIGHT_SHARED must be 0 or 1, but it is 'maybe'"):
        Settings.from_environment({"LIMELIGHT_SHARED": "maybe"})


def test_an_empty_variable_counts_as_unset() -> None:
    assert Settings.from_environment({"LIMELIGHT_MAX_ROWS": " "}) == Settings()


def test_the_process_reads_them_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = settings()
    monkeypatch.setenv("LIMELIGHT_MAX_ROWS", "3")
    assert settings() is first
    settings.cache_clear()
    assert settings().max_rows == 3
