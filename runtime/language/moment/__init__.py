"""When: a moment checked, put into words, and computed as an instant."""

from runtime.language.calendar import WorkingTime
from runtime.language.moment.checks import check, json_schema
from runtime.language.moment.computing import Due, Moment, compile_moment
from runtime.language.moment.words import sentence, told

__all__ = ["Due", "Moment", "WorkingTime", "check", "compile_moment", "json_schema", "sentence", "told"]
