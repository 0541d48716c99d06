"""The promises of the house style, held."""
