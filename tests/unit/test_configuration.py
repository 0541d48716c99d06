"""What the environment may say, and what is made of it."""

from __future__ import annotations

import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crm.configuration import Configuration, Misconfigured


def test_everything_has_a_default(tmp_path: Path) -> None:
    configuration = Configuration.from_environment({"RULEWRIGHT_DATA": str(tmp_path)})
    assert configuration.database_url == f"sqlite:///{tmp_path}/rulewright.db"
    assert configuration.embedded_redis
    assert configuration.address == "http://127.0.0.1:8000"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_an_address_of_postgresql_is_taken_as_providers_write_it(tmp_path: Path, scheme: str) -> None:
    configuration = Configuration.from_environment({"RULEWRIGHT_DATA": str(tmp_path), "DATABASE_URL": f"{scheme}://anna@db/crm"})
    assert configuration.database_url == "postgresql+psycopg://anna@db/crm"


def test_a_redis_of_ones_own_replaces_the_embedded_one(tmp_path: Path) -> None:
    configuration = Configuration.from_environment({"RULEWRIGHT_DATA": str(tmp_path), "REDIS_URL": "redis://queue:6379/0"})
    assert (configuration.redis_url, configuration.embedded_redis) == ("redis://queue:6379/0", False)


def test_the_socket_can_be_bound_however_deep_the_data_lies(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a folder in a folder"] * 8)
    path = Configuration.from_environment({"RULEWRIGHT_DATA": str(deep)}).redis_socket
    path.parent.mkdir(parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
    path.unlink()
    path.parent.rmdir()


def test_the_secret_is_made_once_and_for_our_eyes_only(tmp_path: Path) -> None:
    environment = {"RULEWRIGHT_DATA": str(tmp_path / "data")}
    with ThreadPoolExecutor(8) as starters:
        secrets = {each.secret_key for each in starters.map(lambda _: Configuration.from_environment(environment), range(8))}
    assert len(secrets) == 1
    assert len(secrets.pop()) >= 32
    assert stat.S_IMODE((tmp_path / "data/secret-key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_the_secret_is_not_shown_when_the_configuration_is(tmp_path: Path) -> None:
    configuration = Configuration.from_environment({"RULEWRIGHT_DATA": str(tmp_path)})
    assert configuration.secret_key not in repr(configuration)


@pytest.mark.parametrize(("name", "value"), [("PORT", "0"), ("PORT", "70000"), ("PORT", "٣"), ("RULEWRIGHT_THREADS", "1"), ("PORT", "-1")])
def test_a_number_that_makes_no_sense_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=f"{name} has to be a number from"):
        Configuration.from_environment({"RULEWRIGHT_DATA": str(tmp_path), name: value})
