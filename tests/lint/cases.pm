# SPDX-License-Identifier: GPL-3.0-or-later
# Promises and cases of hardening, the tests named after them, and why some have none.
package cases;
use strict;
use warnings;

my $drafts = 'no test by this name: drafts are tested in tests/live/write.test and outbox.test';

our %not_ours = (
	promise_19 => 'not built: encryption',
	d15 => $drafts,
	d16 => $drafts,
	d17 => $drafts,
	d18 => $drafts,
	d24 => 'not built: mail folders on this machine',
	d27 => 'not built: a mark that skips a message whose reading crashed',
	d28 => 'not ours: GLib ends the program when memory is out; killing it at any moment is tested by d01 and d12',
	d30 => 'not built: the program never writes its mailrc',
	w02 => 'no test by this name: a reply quotes the text that w01 is about, and compose can open nothing (tests/lint/layers.test)',
);

# What is done otherwise than the case says, beside its tests.
our %otherwise = (
	m09 => 'UTF-7 is read where it is named (RFC 2152): what comes out is cleaned like any text',
	m13 => 'libmagic runs in this process, on the first 64 KB, without archives, compound documents and ELF',
	m18 => 'in this process, as every parser of ours: bounded and fuzzed (fuzz_msg_calendar)',
	h17 => 'lists in threads are not built: these are the ids and what follows them',
	x08 => 'not built: tunnels',
	x13 => 'the socket lies in a private directory and carries nothing: a tap is all that is heard',
);

sub promises {
	return map { "promise_$_" } 1 .. 30;
}

sub ids {
	my @classes = ([t => 24], [i => 40], [d => 30], [s => 20], [n => 9], [h => 20], [m => 21], [w => 6], [x => 14], [e => 6]);
	return promises(), map { my ($class, $last) = @$_; map { sprintf '%s%02d', $class, $_ } 1 .. $last } @classes;
}

# id => { 'where: name' => 1 }. A name may begin with several ids.
sub tests {
	my ($tree) = @_;
	my %tests;
	for my $path (grep { !m{^tests/(data|fuzz/seeds)/|^tests/lint/cases\.pm$|\.o$} } lint::files($tree, qr{.}, 'tests')) {
		my %names;
		$names{$1} = $path if $path =~ m{^tests/wire/(?:smtp/)?(\w+)\.t$};
		if ($path =~ /\.(c|test|pm|pl|py)$/) {
			my $text = lint::text($tree, $path);
			$names{$1} = "$path: $1" while $text =~ /\b((?:[a-z]\d\d|promise_\d+)_\w+)/g;
		}
		for my $name (keys %names) {
			my $rest = $name;
			while ($rest =~ s/^([a-z]\d\d|promise_\d+)_//) {
				$tests{$1}{ $names{$name} } = 1;
			}
		}
	}
	return \%tests;
}

# Ids without a test or a reason, and reasons that have become old.
sub faults {
	my ($tests) = @_;
	my @faults;
	for my $id (ids()) {
		push @faults, "$id has no test" unless $tests->{$id} || $not_ours{$id};
		push @faults, "$id has a test now: '$not_ours{$id}' is not so" if $tests->{$id} && $not_ours{$id};
	}
	return @faults;
}

sub page {
	my ($tests) = @_;
	my $page = <<'END';
# Promises and cases, and the tests that prove them

Written by `make cases`. A test bears the numbers of what it proves in its name: promise 4 is proved by `promise_4_..`,
case I26 by `i26_..` (T: TLS, I: IMAP, D: data and disk, S: sending, N: names of files, H: headers, M: MIME, W: HTML,
X: programs and addresses that a message names, E: the terminal).

| | tests |
|---|---|
END
	for my $id (ids()) {
		my @named = sort keys %{ $tests->{$id} // {} };
		my $told = @named ? join '<br>', map({ "`$_`" } @named), $otherwise{$id} // () : $not_ours{$id} // 'none';
		$page .= sprintf "| %s | %s |\n", $id =~ s/^promise_/promise /r =~ s/^([a-z]\d)/\u$1/r, $told;
	}
	return $page;
}

1;
