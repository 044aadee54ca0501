"""Deals that had products before lines kept their amount: the revision says of each what it comes to."""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

from core.api import fold
from plugins.crm_deals.products import worth

REVISION = import_module("plugins.crm_deals.migrations.versions.0002_last_touch")


def test_the_revision_reckons_as_the_product_does() -> None:
    for quantity, price, discount in (
        ("2.5", "10.01", "10"),
        ("1", "0.005", None),
        ("3", "0.335", "33.33"),
        ("9999999", "99999999.99", "0"),
        ("1", None, "5"),
        ("0.01", "0.5", "100"),
    ):
        values = {
            "quantity": Decimal(quantity),
            "price": Decimal(price) if price else None,
            "discount": Decimal(discount) if discount else None,
        }
        kept = {name: int(value * 10_000) if value is not None else None for name, value in values.items()}
        row = SimpleNamespace(**kept)
        assert Decimal(REVISION._worth(row)) / 10_000 == worth(values), values
    assert REVISION.fold is fold
