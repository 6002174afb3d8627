#!/bin/sh
# Downloads Debian's packages of other samplers with what they need, and unpacks them into DIRECTORY: nothing is installed,
# so no service is started.
# Usage: unpack-peers.sh DIRECTORY PACKAGE…
set -eu
directory=$1
shift
mkdir -p "$directory/archives/partial" "$directory/root"
apt-get install -qq -y --no-install-recommends --download-only -o Dir::Cache::archives="$directory/archives" "$@" >/dev/null
for archive in "$directory"/archives/*.deb; do dpkg -x "$archive" "$directory/root"; done
