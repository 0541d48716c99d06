"""Forms made from declarations: which control shows which kind of setting, and JSON to form and back."""

from web.forms.building import SettingsForm, node_controls, settings_form
from web.forms.control import Control

__all__ = ["Control", "SettingsForm", "node_controls", "settings_form"]
