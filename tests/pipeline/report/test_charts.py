"""Charts as parts of a page: its colours, ids of their own, nothing of the machine that drew them."""

from xml.etree import ElementTree

from matplotlib.figure import Figure

from pipeline.report.charts import ACCENT, ROLES, SIZE, drawing, inline, plain_axes


def drawn(name: str = "one", title: str = "share") -> str:
    with drawing():
        figure = Figure(figsize=SIZE)
        axes = plain_axes(figure, "epoch", title)
        axes.plot([1, 2], [3, 4], color=ACCENT)
        return str(inline(figure, name, 'A "line" that <rises>'))


def test_chart_takes_the_colours_of_the_page() -> None:
    svg = drawn()
    assert "var(--accent)" in svg
    assert "var(--quiet)" in svg
    assert not [role for role in ROLES if role in svg]


def test_chart_is_an_image_with_words_and_text_that_can_be_read() -> None:
    root = ElementTree.fromstring(drawn(title="<i>&x"))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == 'A "line" that <rises>'
    assert "width" not in root.attrib
    assert "height" not in root.attrib
    texts = ["".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "epoch" in texts
    assert "<i>&x" in texts


def test_two_charts_share_no_id_and_the_same_one_is_drawn_alike() -> None:
    ids = [
        {each.attrib["id"] for each in ElementTree.fromstring(drawn(name)).iter() if "id" in each.attrib}
        for name in ("one", "two")
    ]
    assert ids[0]
    assert not ids[0] & ids[1]
    assert drawn() == drawn()


def test_chart_tells_neither_time_nor_tool() -> None:
    svg = drawn()
    assert svg.startswith("<svg")
    assert "<metadata>" not in svg
    assert "Matplotlib" not in svg
