#!/bin/sh
# Runs Windows' `python WORDS` on a copy of this checkout, under Wine.
set -eu
cd "$(dirname "$0")/../.."
drive=$(tools/machines/wine.sh)
# What git knows of, so that nothing of Linux' comes along; on C:, where Wine does with case and locks as Windows does.
rm -rf "$drive/coupa-async"
mkdir "$drive/coupa-async"
git ls-files -z -co --exclude-standard | tar -c --null -T - --ignore-failed-read | tar -x -C "$drive/coupa-async"
export WINEPREFIX="${drive%/drive_c}" WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="
export PYTHONPYCACHEPREFIX='C:\pycache'
unset DISPLAY PYTHONPATH || true
cd "$drive/coupa-async"
# Wine hands a program its stdout only as a pipe, and a pipe keeps the exit code to itself: it goes through a file.
code=$(mktemp)
trap 'rm -f "$code"' EXIT
{ wine 'C:\python\python.exe' "$@" </dev/null && echo 0 >"$code" || echo $? >"$code"; } 2>&1 | cat
exit "$(cat "$code")"
