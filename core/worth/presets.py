"""Presets: five usual questions with example values, so that nobody starts from an empty form.

The amounts are examples to overwrite. None of them names a share in real life: only the user knows that, and until it
is named the share of the data counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from core.language import N_
from core.worth.values import Values

__all__ = ["PRESETS", "Preset"]


@dataclass(frozen=True)
class Preset:
    """One usual question.

    Attributes:
        title: its name.
        case: what a case is, and what acting on one means.
        tp, fp, fn, tn: what each kind of right and wrong is here, and what its amount is made of.
        values: example values.
    """

    title: str
    case: str
    tp: str
    fp: str
    fn: str
    tn: str
    values: Values


PRESETS = MappingProxyType({
    "churn": Preset(
        N_("Customers who leave"),
        N_("A case is a customer. The model says who is about to leave; you make these an offer."),
        N_("Someone about to leave gets your offer: the margin that you keep on average, less the offer."),
        N_("A loyal customer gets your offer: what the offer costs."),
        N_("Someone leaves unnoticed. 0, if you count from what happens today."),
        N_("A loyal customer is left in peace. Usually 0."),
        Values(tp=60, fp=-25, fn=0, tn=0, cases=2_000),
    ),
    "fraud": Preset(
        N_("Fraud"),
        N_("A case is a payment. The model says which are fraud; you check these by hand."),
        N_("A fraud is checked and stopped: what the check costs."),
        N_("An honest payment is checked: the check, and an annoyed customer."),
        N_("A fraud gets through: the average loss."),
        N_("An honest payment goes through. Usually 0."),
        Values(tp=-5, fp=-8, fn=-120, tn=0, cases=50_000),
    ),
    "leads": Preset(
        N_("Sales leads"),
        N_("A case is a lead. The model says who will buy; your sales people call these."),
        N_("A lead who buys is called: the average margin, less the call."),
        N_("A lead who does not buy is called: what the call costs."),
        N_("A lead who would have bought is not called. 0, if you count from nothing."),
        N_("A lead who would not buy is not called. Usually 0."),
        Values(tp=170, fp=-30, fn=0, tn=0, cases=500),
    ),
    "defects": Preset(
        N_("Defective parts"),
        N_("A case is a part. The model says which are defective; you take these out."),
        N_("A defective part is taken out: what the part costs."),
        N_("A good part is taken out: what the part costs."),
        N_("A defective part reaches the customer: the return, and your name."),
        N_("A good part is delivered. Usually 0."),
        Values(tp=-4, fp=-4, fn=-80, tn=0, cases=10_000),
    ),
    "moderation": Preset(
        N_("Harmful posts"),
        N_("A case is a post. The model says which are harmful; a person reads these."),
        N_("A harmful post is read and removed: what the reading costs."),
        N_("A harmless post is read: the reading, and a delayed post."),
        N_("A harmful post stays up: complaints, and lost users."),
        N_("A harmless post is published. Usually 0."),
        Values(tp=-0.2, fp=-0.3, fn=-4, tn=0, cases=100_000),
    ),
})
