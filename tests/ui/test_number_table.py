"""The key of a model: its colour, dash and marker, for every identity that a run or a baseline can have."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from core.identity import BASELINES, Identity, baseline_identity, identity_of_number
from ui.number_table import DASHES, MARKERS, model_key

IDENTITIES = [*(identity_of_number(number) for number in range(42)), *(baseline_identity(name) for name in BASELINES)]


@pytest.mark.parametrize("identity", IDENTITIES, ids=str)
def test_every_identity_has_a_key(identity: Identity) -> None:
    key = model_key(identity)
    assert ElementTree.fromstring(key).tag.endswith("svg") and identity.colour in key
    assert identity.dash in DASHES and identity.marker.removesuffix("-open") in MARKERS


def test_keys_differ() -> None:
    assert len({model_key(identity) for identity in IDENTITIES}) == len(IDENTITIES)
