"""The kinds of settings that a rule can declare."""

from runtime.settings.moments import When
from runtime.settings.people import People
from runtime.settings.places import Pipeline, Stage, Stages
from runtime.settings.simple import Choice, Number, Switch
from runtime.settings.texts import Lines, Long, Text

__all__ = ["Choice", "Lines", "Long", "Number", "People", "Pipeline", "Stage", "Stages", "Switch", "Text", "When"]
