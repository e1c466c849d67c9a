"""The stepper of the page, in Chromium: the backward pass rule by rule, and its progress."""

import pytest

from viz.chromium import BOXES, heading, network, shared, until

pytestmark = pytest.mark.browser


def test_the_backward_pass_step_by_step(visit):
    with visit(shared()) as page:
        assert page.text_content("#place") == "6 steps of the backward pass"
        names = []
        for i in range(6):
            page.keyboard.press(".")
            names.append(heading(page))
            assert page.input_value("#scrubber") == str(i)
        assert names[:2] == ["Backward: sum", "Backward: add"]
        text = page.inner_text("#accumulated")  # w has received earlier contributions
        assert "so far" in text
        steps = page.evaluate("graphPage.data.steps")
        assert [s[5] >= 0 for s in steps].count(True) == 2
        page.keyboard.press(".")  # this was the last step
        assert page.input_value("#scrubber") == "5"
        page.keyboard.press(",")
        assert page.input_value("#scrubber") == "4"
        page.focus("#scrubber")
        page.keyboard.press("Home")
        assert heading(page) == "Backward: sum"
        assert "Nothing had arrived there before" in page.inner_text("#accumulated")
        page.keyboard.press("ArrowRight")
        assert heading(page) == "Backward: add"
        assert "step 2 of 6" in page.get_attribute("#scrubber", "aria-valuetext")
        assert page.evaluate("graphPage.marks.step.done.size") == 1


def test_escape_stops_a_playing_pass(visit):
    with visit(shared()) as page:
        page.click("#play")
        page.wait_for_selector("#panel")
        page.keyboard.press("Escape")
        assert page.text_content("#play") == "Play"
        page.wait_for_timeout(800)  # longer than a step
        assert page.is_hidden("#panel")


def test_completed_and_coming_ops_are_marked(visit):
    def ops(page, name):
        boxes = page.evaluate("(name) => [...graphPage.marks.step[name]]", name)
        return [page.evaluate("(b) => graphPage.data.boxes[b].op || 'w'", b) for b in boxes]

    def dots(page):
        """Return how many pixels of the canvas have the colour of the backward pass."""
        return page.evaluate(
            """() => {
              graphPage.draw();
              const canvas = document.getElementById("graph"), pen = canvas.getContext("2d");
              const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
              let count = 0;
              for (let i = 0; i < data.length; i += 4) {
                count += data[i] === 217 && data[i + 1] === 72 && data[i + 2] === 15;
              }
              return count;
            }"""
        )

    with visit(shared()) as page:
        counts = []
        for i, (done, coming) in enumerate(
            [
                ([], ["add", "multiply", "tanh", "w"]),
                (["sum"], ["tanh", "multiply", "w"]),
                (["sum"], ["tanh", "multiply", "w"]),
            ]
        ):
            page.keyboard.press(".")
            assert sorted(ops(page, "done")) == sorted(done)
            assert sorted(ops(page, "coming")) == sorted(coming)
            assert page.evaluate("graphPage.marks.step.passed.length") == i
            counts.append(dots(page))
        assert counts[1] > counts[0]  # a tick, and a completed line
        page.focus("#scrubber")
        page.keyboard.press("End")
        assert sorted(ops(page, "done")) == ["add", "sum", "tanh", "w"]
        assert ops(page, "coming") == []
        assert page.locator("#accumulated canvas").count() == 4  # of the sums before and after
        assert page.locator("#accumulated canvas.histogram").count() == 2
        page.keyboard.press("Escape")
        assert page.evaluate("graphPage.marks.step") is None


def test_the_rule_of_a_step(visit):
    with visit(shared()) as page:
        for _ in range(6):
            page.keyboard.press(".")
            if heading(page) == "Backward: tanh":
                break
        assert page.text_content("#formula") == "g * (1.0 - out * out)"
        assert "[0.41997, 0.07065]" in page.inner_text("#panel")


def test_the_backward_pass_plays_and_pauses(visit):
    with visit(network()) as page:
        page.click("#play")
        assert page.text_content("#play") == "Pause"
        until(page, "Number(document.getElementById('scrubber').value) >= 1")
        page.click("#play")
        assert page.text_content("#play") == "Play"
        assert page.evaluate("graphPage.marks.step.arrows.length") > 0


def test_steps_open_the_modules_they_are_in(visit):
    with visit(network()) as page:
        page.click("#collapse")
        for _ in range(6):
            page.keyboard.press(".")
        node = page.evaluate("graphPage.marks.step.node")
        assert node in page.evaluate(BOXES)["things"]
