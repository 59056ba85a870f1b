#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install-config.sh FILE DIRECTORY - installs a configuration file where there is none: one that somebody has written stays.
set -eu
target="${DESTDIR:-}$2/$(basename "$1")"
if [ -e "$target" ]; then
	echo "$target is there already and is left as it is"
	exit 0
fi
mkdir -p "${DESTDIR:-}$2"
install -m 0644 "$1" "$target"
