"""How addresses and numbers are brought to one form, so that a client is found however they are written."""

from __future__ import annotations

import pytest

from crm.reach import collect, normal_domain, normal_email, normal_phone, shown_phone

SPELLINGS = (
    "+33612345678",
    "+33 6 12 34 56 78",
    "0033 6 12 34 56 78",
    "06 12 34 56 78",
    "0612345678",
    "06.12.34.56.78",
    "06-12-34-56-78",
    "(06) 12 34 56 78",
    "+33 (0)6 12 34 56 78",
    "tel:+33-6-12-34-56-78",
    "０６ １２ ３４ ５６ ７８",
)


@pytest.mark.parametrize("written", SPELLINGS)
def test_a_phone_is_one_number_in_every_spelling(written: str) -> None:
    assert normal_phone(written, "FR") == "+33612345678"


@pytest.mark.parametrize("written", ["", "no number", "12", "0" * 61, "+999 1234", "06 12 34 56 78 90 12 34 56 78"])
def test_what_cannot_be_a_number_is_none(written: str) -> None:
    assert normal_phone(written, "FR") is None


def test_a_number_without_a_country_is_read_in_the_companys() -> None:
    assert normal_phone("202 555 0143", "US") == "+12025550143"
    assert normal_phone("020 7946 0958", "GB") == "+442079460958"


@pytest.mark.parametrize("written", ["Jean@Client.example", " jean@client.EXAMPLE ", "<jean@client.example>", "mailto:jean@client.example"])
def test_an_address_is_one_in_every_spelling(written: str) -> None:
    assert normal_email(written) == "jean@client.example"


def test_a_domain_of_another_alphabet_is_written_in_ascii() -> None:
    assert normal_email("info@Bücher.example") == "info@xn--bcher-kva.example"
    assert normal_domain("@Bücher.example") == "@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "jean",
        "jean@",
        "@client.example",
        "jean@client",
        "a b@c.example",
        "a\0b@c.example",
        "a@b.example,c@d.example",
        "x" * 255 + "@a.example",
    ],
)
def test_what_is_no_address_is_none(written: str) -> None:
    assert normal_email(written) is None


@pytest.mark.parametrize("written", ["agency.example", "@agency.example", " @Agency.Example "])
def test_a_domain_is_one_in_every_spelling(written: str) -> None:
    assert normal_domain(written) == "@agency.example"


@pytest.mark.parametrize("written", ["", "agency", "@", "-a.example", "a..example", "a b.example", "@a.example/x"])
def test_what_is_no_domain_is_none(written: str) -> None:
    assert normal_domain(written) is None


def test_what_is_collected_is_normal_and_without_repetitions() -> None:
    reach = collect(["Jean@client.example", "jean@CLIENT.example", "nobody"], ["06 12 34 56 78", "+33612345678", "?"], "FR")
    assert (reach.emails, reach.phones, len(reach)) == (("jean@client.example",), ("+33612345678",), 2)


def test_a_number_is_shown_as_people_of_the_country_write_it() -> None:
    assert shown_phone("+33612345678", "FR") == "06 12 34 56 78"
    assert shown_phone("+33612345678", "US") == "+33 6 12 34 56 78"
