"""Scenarios: a small world, what happens in it, and what must hold then; played in the sandbox."""

from runtime.scenario.main import main
from runtime.scenario.playing import Played, play
from runtime.scenario.read import read_scenario

__all__ = ["Played", "main", "play", "read_scenario"]
