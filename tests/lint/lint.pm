# SPDX-License-Identifier: GPL-3.0-or-later
# What the lints share: the tree's files, their text without comments, planted faults, and TAP.
package lint;
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);

our $top = $ENV{TOP_SRCDIR} || '.';
my $cases = 0;

# Paths below the tree's folders whose name matches, sorted.
sub files {
	my ($tree, $name, @folders) = @_;
	my (@found, @todo);
	@todo = @folders;
	while (defined(my $folder = shift @todo)) {
		opendir my $dir, "$tree/$folder" or next;
		for (sort grep { !/^\.\.?$/ } readdir $dir) {
			my $path = "$folder/$_";
			-d "$tree/$path" ? push @todo, $path : $path =~ $name && push @found, $path;
		}
	}
	return sort @found;
}

sub text {
	my ($tree, $path) = @_;
	open my $file, '<:raw', "$tree/$path" or die "$tree/$path: $!\n";
	local $/;
	return scalar(<$file>) // '';
}

# C without comments, strings emptied; the lines stay where they are.
sub code {
	my ($text) = @_;
	$text =~ s{(/\*.*?\*/|//[^\n]*)|("(?:\\.|[^"\\\n])*")|('(?:\\.|[^'\\\n])*')}
		{defined $1 ? $1 =~ s/[^\n]//gr : defined $2 ? '""' : "''"}gse;
	return $text;
}

sub ok {
	my ($name, $good, @why) = @_;
	print $good ? 'ok ' : 'not ok ', ++$cases, " - $name\n";
	print map { "# $_\n" } @why unless $good;
}

sub skip {
	my ($name, $why) = @_;
	print 'ok ', ++$cases, " - $name # SKIP $why\n";
}

sub done {
	print "1..$cases\n";
}

# The tree has no fault; and in a tree made of `sound` (path => text) none is found before, and what `wanted`
# says after, each of the faults [name, path, text, wanted] is planted.
sub prove {
	my ($check, $sound, @faults) = @_;
	my @found = $check->($top);
	ok('tree_has_no_fault', !@found, @found);
	my @false = $check->(plant(%$sound));
	ok('sound_tree_passes', !@false, @false);
	for (@faults) {
		my ($name, $path, $text, $wanted) = @$_;
		my @told = $check->(plant(%$sound, $path => $text));
		ok("planted_${name}_is_found", @told == 1 && $told[0] =~ $wanted, "wanted $wanted, got:", @told);
	}
	done();
}

sub plant {
	my (%tree) = @_;
	my $dir = tempdir('boxwood-lint-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	for my $path (keys %tree) {
		make_path(dirname("$dir/$path"));
		open my $file, '>', "$dir/$path" or die "$dir/$path: $!\n";
		print $file $tree{$path};
		close $file or die "$dir/$path: $!\n";
	}
	return $dir;
}

1;
