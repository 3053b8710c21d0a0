"""axe finds nothing serious, and nothing scrolls sideways, in the light page of 1440 and 375 px."""

from support.views import ViewsTest


class LightTests(ViewsTest):
    def test_views(self) -> None:
        self.each_view("light")
