"""The rules, one file each; the folder is the registry and its floors are the shelves of the palette."""

from crm.words import Phrase, phrase

# The shelves in the order of the palette.
GROUPS: dict[str, Phrase] = {
    "for_employee": phrase("For employee"),
    "repeat_sales": phrase("Repeat sales"),
    "client": phrase("Client"),
    "items": phrase("Items"),
    "documents": phrase("Documents"),
    "booking": phrase("Booking"),
    "data": phrase("Data"),
    "flow": phrase("Flow"),
}
