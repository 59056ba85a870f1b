# SPDX-License-Identifier: Apache-2.0
# Sourced by ./quickstart and ./check: installs Debian packages that are missing, and runs steps quietly.

say()
{
	printf '== %s\n' "$*"
}

# Runs a command; shows its output only when it fails.
quietly()
{
	quiet_log=$(mktemp)
	if "$@" >"$quiet_log" 2>&1; then
		rm -f "$quiet_log"
		return 0
	else
		quiet_status=$?
	fi
	tail -n 100 "$quiet_log" >&2
	rm -f "$quiet_log"
	printf 'failed (status %s): %s\n' "$quiet_status" "$*" >&2
	return "$quiet_status"
}

# ka_install PACKAGE...: installs those that are missing; as another user than root with sudo.
ka_install()
{
	if ! command -v dpkg-query >/dev/null 2>&1; then
		say "this is no Debian system; please install the equivalents of: $*"
		return 0
	fi
	missing=
	for package in "$@"; do
		if ! dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed; then
			missing="$missing $package"
		fi
	done
	[ -n "$missing" ] || return 0

	as_root=
	if [ "$(id -u)" -ne 0 ]; then
		if ! command -v sudo >/dev/null 2>&1; then
			printf 'please install as root: apt-get install%s\n' "$missing" >&2
			return 1
		fi
		as_root=sudo
	fi
	say "installing Debian packages:$missing"
	quietly $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update || return 1
	# shellcheck disable=SC2086 # a list of words
	quietly $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $missing
}
