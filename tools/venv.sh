#!/bin/sh
# Makes .venv with the Python given, or says what is missing.
set -eu
python=$1
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
  { echo "coupa-async needs Python 3.11 or newer: make PYTHON=/path/to/python3" >&2; exit 2; }
[ -x .venv/bin/pip ] && exit 0
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
  # Debian keeps the venv module in a package of its own.
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends python3-venv >/dev/null
  else
    echo "Python's venv module is missing: install the package python3-venv" >&2
    exit 2
  fi
fi
"$python" -m venv .venv
