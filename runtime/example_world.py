"""The small company in which the rules' own examples make sense."""

from crm.fields import Kind
from runtime.names import KnownNames, KnownPipeline, KnownStage, KnownTemplate

_DEALS = (
    KnownStage("new", "New"),
    KnownStage("in_talks", "In talks"),
    KnownStage("won", "Won", "success"),
    KnownStage("lost", "Lost", "failure"),
    KnownStage("spam", "Spam", "failure"),
)
_DELIVERY = (KnownStage("planned", "To be planned"), KnownStage("delivered", "Delivered", "success"))
_LEADS = (KnownStage("new", "New"), KnownStage("converted", "Converted", "success"), KnownStage("junk", "Junk", "failure"))

EXAMPLE_WORLD = KnownNames(
    pipelines={
        "sales": KnownPipeline("sales", "deal", "Sales", _DEALS),
        "delivery": KnownPipeline("delivery", "deal", "Delivery", _DELIVERY),
        "leads": KnownPipeline("leads", "lead", "Leads", _LEADS),
    },
    users={"anna": "Anna Nowak", "boris": "Boris Le"},
    departments={"sales": "Sales", "support": "Support"},
    variables={"discount": Kind.NUMBER},
    constants={"company_name": Kind.TEXT},
    templates={"contract": KnownTemplate("contract", "document", "Contract")},
    files={"price_list": "Price list.pdf"},
)
EXAMPLE_STAGES = {"deal": "sales/new", "lead": "leads/new"}
