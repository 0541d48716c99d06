"""What was written and said in the demo company."""

from __future__ import annotations

from collections.abc import Mapping

# What was written and said while a record came to a stage: kind, subject, text. Of e-mails and calls, ``in`` is from the client.
SAID: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "new": (
        ("email_in", "{title}", "Hello, could you have a look and tell us what it would cost? We are at home after five."),
        ("call_in", "Asks for a visit", "Found us in the street: we worked next door. Wants somebody to come this month."),
        ("email_in", "Question about {title}", "Good morning, a neighbour recommended you. When could you come?"),
    ),
    "talks": (
        ("call_out", "First talk", "Wants two prices, with and without insulation. Sends photos tonight."),
        ("email_out", "Our visit", "Thank you for your call. We come on Tuesday at ten and need about an hour."),
        ("email_in", "Photos of the roof", "As promised, four photos. The stain is above the window."),
        ("comment", "", "Scaffold only on the street side, the yard is too narrow."),
    ),
    "contract": (
        ("email_out", "Your contract", "Here is the contract as we discussed on site. Please send one copy back signed."),
        ("call_in", "Question about the deposit", "Would like to pay the deposit in two parts. Agreed."),
        ("comment", "", "Price holds until the end of the month, the supplier raises zinc after that."),
    ),
    "invoice": (
        ("email_out", "Invoice", "The work is done; the invoice is attached. Thank you for your trust."),
        ("comment", "", "Promised to pay by Friday."),
    ),
    "won": (("comment", "", "Paid. Ask for a photo and a few words for the website in spring."),),
    "lost": (("call_in", "Goes with somebody else", "Kind, but the other offer was a fifth cheaper. Ask again next year."),),
    "reported": (("call_in", "Reports damage", "Water comes in when the wind is from the west. A bucket stands under it."),),
    "inspection": (("comment", "", "Looked at it from the ladder: two tiles are gone, the batten is sound."),),
    "scheduled": (("email_out", "We come on Thursday", "We come on Thursday at eight. Please move the car from under the roof."),),
    "on_the_roof": (("comment", "", "Started this morning, the weather holds. One day more than planned."),),
    "done": (("comment", "", "Finished, photos are in the folder. The client was pleased."),),
    "contacted": (
        ("call_out", "First call", "Was friendly, has no hurry. Call again next week."),
        ("comment", "", "Not in. Left a message."),
    ),
    "qualified": (("call_out", "Knows what they want", "Has measured everything and has a date in mind. Worth an offer."),),
    "converted": (("comment", "", "Became a deal."),),
    "junk": (("comment", "", "Nothing for us."),),
}
