#!/bin/sh
# axe-core, which looks for what people with disabilities cannot use, in .cache/axe; prints the file. For tests only.
set -eu
cd "$(dirname "$0")/../.."
version=4.11.1
sum=5b86f813d96904f2d925fed5715877c75fc1cc140f89565fb42145e7801b2305
home=$(pwd)/.cache/axe-$version
[ -f "$home/axe.min.js" ] && { echo "$home/axe.min.js"; exit 0; }

missing() {
  echo "no axe-core: $1" >&2
  exit 2
}

command -v npm >/dev/null || missing "npm, which fetches it, is not here"
mkdir -p "$home"
archive=$home/axe-core-$version.tgz
npm pack --silent --pack-destination "$home" "axe-core@$version" >/dev/null 2>&1 || missing "npm could not fetch it"
echo "$sum  $archive" | sha256sum -c --status || missing "axe-core@$version is not the one that was tried"
tar -xzf "$archive" -C "$home" package/axe.min.js
mv "$home/package/axe.min.js" "$home/axe.min.js"
rm -rf "$home/package" "$archive"
echo "$home/axe.min.js"
