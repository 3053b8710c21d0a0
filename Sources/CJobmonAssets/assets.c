#include "jobmon_assets.h"

// Written by scripts/list-assets.py from the files in page/.
static const unsigned char actions_js[] = {
#embed "page/actions.js"
};
static const unsigned char api_js[] = {
#embed "page/api.js"
};
static const unsigned char areas_js[] = {
#embed "page/areas.js"
};
static const unsigned char board_js[] = {
#embed "page/board.js"
};
static const unsigned char canvas_js[] = {
#embed "page/canvas.js"
};
static const unsigned char dom_js[] = {
#embed "page/dom.js"
};
static const unsigned char door_js[] = {
#embed "page/door.js"
};
static const unsigned char early_js[] = {
#embed "page/early.js"
};
static const unsigned char feed_js[] = {
#embed "page/feed.js"
};
static const unsigned char filter_js[] = {
#embed "page/filter.js"
};
static const unsigned char format_js[] = {
#embed "page/format.js"
};
static const unsigned char frozen_js[] = {
#embed "page/frozen.js"
};
static const unsigned char groups_js[] = {
#embed "page/groups.js"
};
static const unsigned char hosts_js[] = {
#embed "page/hosts.js"
};
static const unsigned char icon_svg[] = {
#embed "page/icon.svg"
};
static const unsigned char icons_js[] = {
#embed "page/icons.js"
};
static const unsigned char index_html[] = {
#embed "page/index.html"
};
static const unsigned char job_js[] = {
#embed "page/job.js"
};
static const unsigned char keys_js[] = {
#embed "page/keys.js"
};
static const unsigned char lanes_js[] = {
#embed "page/lanes.js"
};
static const unsigned char later_js[] = {
#embed "page/later.js"
};
static const unsigned char live_js[] = {
#embed "page/live.js"
};
static const unsigned char loader_js[] = {
#embed "page/loader.js"
};
static const unsigned char main_js[] = {
#embed "page/main.js"
};
static const unsigned char more_css[] = {
#embed "page/more.css"
};
static const unsigned char mosaic_input_js[] = {
#embed "page/mosaic-input.js"
};
static const unsigned char mosaic_labels_js[] = {
#embed "page/mosaic-labels.js"
};
static const unsigned char mosaic_layout_js[] = {
#embed "page/mosaic-layout.js"
};
static const unsigned char mosaic_mip_js[] = {
#embed "page/mosaic-mip.js"
};
static const unsigned char mosaic_paint_js[] = {
#embed "page/mosaic-paint.js"
};
static const unsigned char mosaic_js[] = {
#embed "page/mosaic.js"
};
static const unsigned char output_js[] = {
#embed "page/output.js"
};
static const unsigned char report_js[] = {
#embed "page/report.js"
};
static const unsigned char resources_js[] = {
#embed "page/resources.js"
};
static const unsigned char session_js[] = {
#embed "page/session.js"
};
static const unsigned char states_js[] = {
#embed "page/states.js"
};
static const unsigned char stream_js[] = {
#embed "page/stream.js"
};
static const unsigned char style_css[] = {
#embed "page/style.css"
};
static const unsigned char summary_js[] = {
#embed "page/summary.js"
};
static const unsigned char table_js[] = {
#embed "page/table.js"
};
static const unsigned char theme_js[] = {
#embed "page/theme.js"
};
static const unsigned char timeline_js[] = {
#embed "page/timeline.js"
};
static const unsigned char url_js[] = {
#embed "page/url.js"
};

static const struct jobmon_asset assets[] = {
    {"actions.js", "text/javascript; charset=utf-8", actions_js, sizeof actions_js},
    {"api.js", "text/javascript; charset=utf-8", api_js, sizeof api_js},
    {"areas.js", "text/javascript; charset=utf-8", areas_js, sizeof areas_js},
    {"board.js", "text/javascript; charset=utf-8", board_js, sizeof board_js},
    {"canvas.js", "text/javascript; charset=utf-8", canvas_js, sizeof canvas_js},
    {"dom.js", "text/javascript; charset=utf-8", dom_js, sizeof dom_js},
    {"door.js", "text/javascript; charset=utf-8", door_js, sizeof door_js},
    {"early.js", "text/javascript; charset=utf-8", early_js, sizeof early_js},
    {"feed.js", "text/javascript; charset=utf-8", feed_js, sizeof feed_js},
    {"filter.js", "text/javascript; charset=utf-8", filter_js, sizeof filter_js},
    {"format.js", "text/javascript; charset=utf-8", format_js, sizeof format_js},
    {"frozen.js", "text/javascript; charset=utf-8", frozen_js, sizeof frozen_js},
    {"groups.js", "text/javascript; charset=utf-8", groups_js, sizeof groups_js},
    {"hosts.js", "text/javascript; charset=utf-8", hosts_js, sizeof hosts_js},
    {"icon.svg", "image/svg+xml", icon_svg, sizeof icon_svg},
    {"icons.js", "text/javascript; charset=utf-8", icons_js, sizeof icons_js},
    {"index.html", "text/html; charset=utf-8", index_html, sizeof index_html},
    {"job.js", "text/javascript; charset=utf-8", job_js, sizeof job_js},
    {"keys.js", "text/javascript; charset=utf-8", keys_js, sizeof keys_js},
    {"lanes.js", "text/javascript; charset=utf-8", lanes_js, sizeof lanes_js},
    {"later.js", "text/javascript; charset=utf-8", later_js, sizeof later_js},
    {"live.js", "text/javascript; charset=utf-8", live_js, sizeof live_js},
    {"loader.js", "text/javascript; charset=utf-8", loader_js, sizeof loader_js},
    {"main.js", "text/javascript; charset=utf-8", main_js, sizeof main_js},
    {"more.css", "text/css; charset=utf-8", more_css, sizeof more_css},
    {"mosaic-input.js", "text/javascript; charset=utf-8", mosaic_input_js, sizeof mosaic_input_js},
    {"mosaic-labels.js", "text/javascript; charset=utf-8", mosaic_labels_js, sizeof mosaic_labels_js},
    {"mosaic-layout.js", "text/javascript; charset=utf-8", mosaic_layout_js, sizeof mosaic_layout_js},
    {"mosaic-mip.js", "text/javascript; charset=utf-8", mosaic_mip_js, sizeof mosaic_mip_js},
    {"mosaic-paint.js", "text/javascript; charset=utf-8", mosaic_paint_js, sizeof mosaic_paint_js},
    {"mosaic.js", "text/javascript; charset=utf-8", mosaic_js, sizeof mosaic_js},
    {"output.js", "text/javascript; charset=utf-8", output_js, sizeof output_js},
    {"report.js", "text/javascript; charset=utf-8", report_js, sizeof report_js},
    {"resources.js", "text/javascript; charset=utf-8", resources_js, sizeof resources_js},
    {"session.js", "text/javascript; charset=utf-8", session_js, sizeof session_js},
    {"states.js", "text/javascript; charset=utf-8", states_js, sizeof states_js},
    {"stream.js", "text/javascript; charset=utf-8", stream_js, sizeof stream_js},
    {"style.css", "text/css; charset=utf-8", style_css, sizeof style_css},
    {"summary.js", "text/javascript; charset=utf-8", summary_js, sizeof summary_js},
    {"table.js", "text/javascript; charset=utf-8", table_js, sizeof table_js},
    {"theme.js", "text/javascript; charset=utf-8", theme_js, sizeof theme_js},
    {"timeline.js", "text/javascript; charset=utf-8", timeline_js, sizeof timeline_js},
    {"url.js", "text/javascript; charset=utf-8", url_js, sizeof url_js},
};

size_t jobmon_asset_count(void) { return sizeof assets / sizeof assets[0]; }

struct jobmon_asset jobmon_asset_at(size_t index) { return assets[index]; }
