"""Numbers as people read them."""

from pipeline.report import filters


def test_numbers() -> None:
    assert filters.number(0.87654) == "0.877"
    assert filters.number(0.87654, 4) == "0.8765"
    assert filters.number(None) == filters.interval(None) == filters.percent(None) == filters.NONE
    assert filters.interval([0.8, 0.95]) == "0.800 to 0.950"
    assert filters.percent(0.6955) == "69.5 %"
    assert filters.number(-1234.5, 1) == "-1,234.5"
    assert filters.number(-0.0) == "0.000"
    assert filters.signed(0.25) == "+0.250"
    assert filters.signed(-1234.0, 0) == "-1,234"
    assert [filters.amount(each) for each in (0, 0.3 * 7, 1200.0, 0.0005)] == ["0", "2.1", "1,200", "0.0005"]
    assert filters.count(12345) == "12,345"
    assert filters.rate(3e-4) == "3.0e-04"
    assert filters.rate(None) == "frozen"


def test_seconds() -> None:
    assert filters.seconds(12.345) == "12.3 s"
    assert filters.seconds(214.4) == "3 min 34 s"
    assert filters.seconds(None) == filters.NONE


def test_backticks_become_code_and_nothing_else_becomes_markup() -> None:
    assert filters.ticked("`a<b>.png` is `c`, ` alone") == (
        "<code>a&lt;b&gt;.png</code> is <code>c</code>, ` alone"
    )


def test_plurals() -> None:
    assert filters.plural(1, "picture") == "1 picture"
    assert filters.plural(1234, "picture") == "1,234 pictures"
    assert filters.plural(2, "class", "classes") == "2 classes"
