from __future__ import annotations

import pytest

from immichkit.testing import bodies
from immichkit.testing.answers import RefusalError


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("null", "Unexpected token 'n', \"null\" is not valid JSON"),
        (
            '{"size": 1',
            "Expected ',' or '}' after property value in JSON at position 10 (line 1 column 11)",
        ),
        (
            "[1 2]",
            "Expected ',' or ']' after array element in JSON at position 3 (line 1 column 4)",
        ),
        ("{a: 1}", "Expected property name or '}' in JSON at position 1 (line 1 column 2)"),
        ('{"a" 1}', "Expected ':' after property name in JSON at position 5 (line 1 column 6)"),
        ('{"a":', "Unexpected end of JSON input"),
        ('{"a": nope}', 'Unexpected token \'n\', "{"a": nope}" is not valid JSON'),
        ('{"a": "b', "Unterminated string in JSON at position 8 (line 1 column 9)"),
        ('{"a": NaN}', "Unexpected token 'N', \"NaN\" is not valid JSON"),
    ],
)
def test_broken_json_is_refused_in_the_words_of_node(text: str, message: str) -> None:
    with pytest.raises(RefusalError) as caught:
        bodies.parse(text)
    assert (caught.value.status, caught.value.message) == (400, message)


def test_text_outside_ascii_is_left_alone() -> None:
    assert bodies.parse('{"a": "\\u00e9\\ud83c\\udf09 ü"}') == {"a": "é🌉 ü"}
