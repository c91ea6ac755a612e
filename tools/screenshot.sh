#!/bin/sh
# Screenshot of the first screen of a comparison report, for the README.
# Usage: tools/screenshot.sh [reports/comparison/index.html] [docs/report.png] [height]
set -eu
page=$(realpath "${1:-reports/comparison/index.html}")
picture=${2:-docs/report.png}
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
  echo "tools/screenshot.sh: needs Chromium or Chrome" >&2
  exit 1
}
"$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
  --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars \
  --user-data-dir="$profile" --window-size="1280,${3:-660}" --screenshot="$picture" "file://$page"
