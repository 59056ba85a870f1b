#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The shipped tables as whoever distrusts them meets them: the sums that tables/README.md publishes, and 'keyassay debian verify',
# which makes a sample of each again. TAP.
# Usage: tables.sh KEYASSAY SOURCE-ROOT
set -u
keyassay=$(realpath "$1")
cd "$2" || exit 2
number=0
bad=0

# result NAME STATUS OUTPUT
result()
{
	number=$((number + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $number - $1"
	else
		bad=1
		echo "not ok $number - $1"
	fi
	[ -z "$3" ] || echo "$3" | sed 's/^/# /'
}

output=$(sha256sum --check --quiet tables/SHA256SUMS 2>&1)
result "the files have the sums in tables/SHA256SUMS" $? "$output"
for file in tables/*.kat; do
	name=$(basename "$file")
	sum=$(sed -n "s|  $file\$||p" tables/SHA256SUMS)
	grep -q "'$name'" tables/meson.build && [ -n "$sum" ] && grep -q "| $name | \`$sum\` |" tables/README.md
	result "$name is installed, and tables/README.md has its sum" $? "$sum"
	output=$("$keyassay" debian verify "$file" --sample 24 2>&1)
	result "$name: a sample is made again" $? "$output"
done
echo "1..$number"
exit "$bad"
