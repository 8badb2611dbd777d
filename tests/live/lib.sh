# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by tests/live/*.test: TAP, and private servers that end with the test.
# Gives $work (a directory of the test's own; HOME and the XDG directories lie in it) and $boxwood.
# shellcheck disable=SC2034,SC2154 # used and set by the tests that source this

boxwood=$TOP_BUILDDIR/boxwood
server=$TOP_SRCDIR/contrib/server
tap_count=0
tap_failed=0
servers=

work=$(mktemp -d "${TMPDIR:-/tmp}/boxwood-live.XXXXXX") || exit 99
# A server started by root runs under another uid, which must get through to its own directory.
chmod 711 "$work"
HOME=$work/home
XDG_CACHE_HOME=$HOME/.cache XDG_STATE_HOME=$HOME/.local/state XDG_CONFIG_HOME=$HOME/.config
BOXWOOD_DEBS=${BOXWOOD_DEBS:-$TOP_BUILDDIR/debs}
PYTHONPATH=$TOP_SRCDIR/tests/live PYTHONDONTWRITEBYTECODE=1
export HOME XDG_CACHE_HOME XDG_STATE_HOME XDG_CONFIG_HOME BOXWOOD_DEBS
export work boxwood server PYTHONPATH PYTHONDONTWRITEBYTECODE # for tests/live/live.py
mkdir -m 700 "$HOME"

cleanup() {
	for started in $servers; do
		"$server" stop "$started"
	done
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

tap_ok() { # NAME COMMAND..: passes when the command succeeds; its output is shown when it does not
	name=$1
	shift
	tap_count=$((tap_count + 1))
	if output=$("$@" 2>&1); then
		printf 'ok %d - %s\n' "$tap_count" "$name"
	else
		tap_failed=$((tap_failed + 1))
		printf 'not ok %d - %s\n' "$tap_count" "$name"
		printf '%s\n' "$output" | sed 's/^/# /'
	fi
}

tap_is() { # NAME WANTED GOT
	tap_ok "$1" same "$2" "$3"
}

same() {
	[ "$1" = "$2" ] || {
		printf 'wanted: %s\n   got: %s\n' "$1" "$2"
		return 1
	}
}

tap_skip() { # NAME REASON
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

tap_skip_all() { # REASON
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

tap_done() {
	printf '1..%d\n' "$tap_count"
	[ "$tap_failed" = 0 ]
	exit
}

need_python() {
	command -v python3 >/dev/null || tap_skip_all 'python3 is not installed'
}

# Runs a Python test (see live.py) from standard input, whose cases are all there are.
tap_python() { # CASE..
	python3 - "$@"
	exit
}

# Starts a server in $work/NAME and sets dir, imaps and imap (its ports), with --smtp also submissions and submission.
# 69: there is no Dovecot, or no Postfix, to be had.
server_try_start() { # NAME OPTION..
	dir=$work/$1
	shift
	servers="$servers $dir"
	"$server" start "$dir" "$@" >&2 || return
	imaps=$(sed -n 's/^imaps=//p' "$dir/ports")
	imap=$(sed -n 's/^imap=//p' "$dir/ports")
	submissions=$(sed -n 's/^submissions=//p' "$dir/ports")
	submission=$(sed -n 's/^submission=//p' "$dir/ports")
}

# The same, for tests that are nothing without it.
server_start() { # NAME OPTION..
	server_try_start "$@" && return
	if [ $? = 69 ] && [ "$tap_count" = 0 ]; then
		tap_skip_all 'Dovecot or Postfix is neither installed nor to be fetched'
	fi
	printf 'Bail out! the server did not start\n'
	exit 99
}

# Writes a mailrc for the server in DIR and prints its path.
server_mailrc() { # DIR
	cat >"$1.mailrc" <<-EOT
		account box {
		  email    vera@box.example
		  login    vera%box.example
		  password file "$1/password"
		  imap     localhost:$(sed -n 's/^imaps=//p' "$1/ports") tls
		$(sed -n 's/^submissions=\(.*\)/  smtp     localhost:\1 tls/p' "$1/ports")
		  cafile   "$1/ca.pem"
		}
	EOT
	printf '%s\n' "$1.mailrc"
}

# Sends the lines, between LOGIN and LOGOUT, over verified TLS and prints the answers without CR.
imap_session() { # DIR LINE..
	session_dir=$1
	shift
	{
		printf 'login LOGIN vera%%box.example %s\r\n' "$(cat "$session_dir/password")"
		printf '%s\r\n' "$@" 'logout LOGOUT'
	} | timeout 60 openssl s_client -quiet -verify_quiet -verify_return_error -CAfile "$session_dir/ca.pem" \
		-verify_hostname localhost -connect "127.0.0.1:$(sed -n 's/^imaps=//p' "$session_dir/ports")" 2>&1 | tr -d '\r'
}

# The same for submission, between AUTH and QUIT.
smtp_session() { # DIR LINE..
	session_dir=$1
	shift
	{
		printf 'EHLO box.example\r\nAUTH PLAIN %s\r\n' \
			"$(printf '\000vera%%box.example\000%s' "$(cat "$session_dir/password")" | base64)"
		printf '%s\r\n' "$@" QUIT
	} | timeout 60 openssl s_client -quiet -verify_quiet -verify_return_error -CAfile "$session_dir/ca.pem" \
		-verify_hostname localhost -connect "127.0.0.1:$(sed -n 's/^submissions=//p' "$session_dir/ports")" 2>&1 | tr -d '\r'
}
