"""The demo company: a small firm that repairs roofs, with sixty days behind it; loaded for looking around, removed without a trace."""

from crm.demo.loading import load
from crm.demo.removing import may_be_removed, remove
from crm.demo.sign_ins import SignIn, as_table, forget_sign_ins, keep_sign_ins
from crm.demo.start import start_empty

__all__ = ["SignIn", "as_table", "forget_sign_ins", "keep_sign_ins", "load", "may_be_removed", "remove", "start_empty"]
