"""The engine room: what runs, in which state, and how it goes on."""
