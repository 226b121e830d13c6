"""Colours as programs without oklch are told them."""

import pytest

from yavar.desk.accent import hex_of


@pytest.mark.parametrize(
    ("colour", "told"),
    [
        ((1, 0, 0), "#ffffff"),
        ((0, 0, 0), "#000000"),
        ((0.627955, 0.257683, 29.2339), "#ff0000"),
        ((0.452014, 0.313214, 264.052), "#0000ff"),
        ((0.9, 0.4, 145), "#00ff00"),
    ],
)
def test_colours_are_those_of_screens(colour, told):
    """White, black, the corners of sRGB, and one outside of it, which browsers clip."""
    assert hex_of(colour) == told
