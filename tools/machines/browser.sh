#!/bin/sh
# Finds Edge, else Chrome, else Chromium. Where there is none, installs one, or says in one line what to do.
set -eu
find_browser() {
  for path in "${COUPA_BROWSER_PATH:-}" /opt/microsoft/msedge/msedge /opt/google/chrome/chrome \
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge" \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    [ -n "$path" ] && [ -x "$path" ] && return 0
  done
  for name in microsoft-edge microsoft-edge-stable google-chrome google-chrome-stable chromium chromium-browser; do
    command -v "$name" >/dev/null && return 0
  done
  return 1
}
find_browser && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "no browser found: installing chromium and its driver" >&2
  apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium chromium-driver >/dev/null
  find_browser && exit 0
fi
echo "no browser found: install Microsoft Edge (https://www.microsoft.com/edge), or set COUPA_BROWSER_PATH" >&2
exit 2
