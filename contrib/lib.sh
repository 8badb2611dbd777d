# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What contrib/try, contrib/check and contrib/server share; sourced by them after `me` and `top` are set.
# All talk goes to standard error, and nothing is read from standard input but the answer to a question.
# shellcheck disable=SC2034,SC2154 # used and set by the scripts that source this

# The one list of the Debian packages each purpose needs.
build_packages='build-essential autoconf automake autopoint gettext pkg-config xz-utils
	libglib2.0-dev libgmime-3.0-dev libidn2-dev libmagic-dev libncurses-dev libsqlite3-dev libssl-dev libunistring-dev
	libxml2-dev zlib1g-dev'
try_packages='openssl'
check_packages='clang-format libvterm0 mandoc openssl procps python3 shellcheck strace tmux'
fuzz_packages='clang libclang-rt-dev llvm'

unattended=no
[ "${CI:-}" = true ] && unattended=yes

say() {
	printf '%s: %s\n' "$me" "$*" >&2
}

die() {
	say "$*"
	exit 1
}

is_root() {
	[ "$(id -u)" = 0 ]
}

# Without a terminal nobody can be asked: root's command is its own answer, sudo is not used unasked.
may_install() { # COMMAND
	[ "$unattended" = yes ] && return 0
	if [ ! -t 0 ]; then
		is_root
		return
	fi
	printf '%s: install them now with "%s"? [y/N] ' "$me" "$1" >&2
	read -r answer
	case $answer in [yYjJ]*) return 0 ;; *) return 1 ;; esac
}

# Sees to it that the packages are installed. Where there is no dpkg, configure says what is missing.
need_packages() { # PACKAGE..
	command -v dpkg-query >/dev/null || return 0
	missing=
	for package; do
		case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
		'install ok installed') ;;
		*) missing="$missing $package" ;;
		esac
	done
	[ -n "$missing" ] || return 0
	say "these packages are missing:$missing"
	become=
	is_root || become='sudo '
	command="${become}apt-get install --no-install-recommends$missing"
	if ! is_root && ! command -v sudo >/dev/null; then
		die "as root, install them with: apt-get install --no-install-recommends$missing"
	fi
	may_install "$command" || die "install them with: $command"
	# shellcheck disable=SC2086 # word splitting is wanted
	{
		${become}apt-get update -q >&2 || say 'the package lists could not be brought up to date; trying with the old ones'
		${become}env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing >&2 ||
			die 'apt-get install failed'
	} </dev/null
}

# Configures and builds out of tree; generates configure first where this is no release tarball.
build_tree() { # BUILD-DIR CONFIGURE-ARGUMENT..
	build=$1
	shift
	[ ! -e "$top/config.status" ] || die "$top is configured in place: run 'make distclean' there first"
	if [ ! -x "$top/configure" ]; then
		say 'generating configure'
		(cd "$top" && autoreconf -fi) >&2 </dev/null || die 'autoreconf failed'
	fi
	mkdir -p "$build" || exit 1
	if [ ! -e "$build/Makefile" ] || [ "$*" != "$(cat "$build/configured-with" 2>/dev/null)" ]; then
		say "configuring in $build"
		(cd "$build" && "$top/configure" -q "$@") >&2 </dev/null || die "configure failed: see $build/config.log"
		printf '%s\n' "$*" >"$build/configured-with"
	fi
	say "building in $build"
	make -s -C "$build" -j "$(nproc)" >&2 </dev/null || die 'the build failed'
}
