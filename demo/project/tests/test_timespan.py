import unittest

from timespan import format_span, parse_span


class Spans(unittest.TestCase):
    def test_a_text_gives_its_seconds(self):
        self.assertEqual(parse_span("1h 30m"), 5400)

    def test_a_text_without_a_span_is_refused(self):
        with self.assertRaises(ValueError):
            parse_span("soon")

    def test_seconds_give_the_shortest_text(self):
        self.assertEqual(format_span(5400), "1h 30m")

    def test_nothing_is_zero_seconds(self):
        self.assertEqual(format_span(0), "0s")

    def test_what_is_written_can_be_read(self):
        for seconds in (1, 60, 61, 3600, 90061):
            self.assertEqual(parse_span(format_span(seconds)), seconds)


if __name__ == "__main__":
    unittest.main()
