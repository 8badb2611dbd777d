# SPDX-License-Identifier: GPL-3.0-or-later
# Fills a Maildir's inbox with many small, repeatable messages: perl many.pl MAILDIR EPOCH COUNT
# The newest came at EPOCH; every seventh answers the one before it, every thousandth is in another script.
use strict;
use warnings;

my ($maildir, $now, $count) = @ARGV;
my @people = qw(jonas amal mei piotr olga noa arthur ines tomas ruth);
my @nouns = qw(minutes invoice harbour roof timetable recipe ladder survey kettle pump chart letter garden boiler);
my @words = ('About the %s', 'The %s again', 'Question on the %s', 'New %s for spring', 'Your %s is ready');
my @foreign = ('=?UTF-8?B?0J/QuNGB0YzQvNC+?=', '=?ISO-2022-JP?B?GyRCPFUbKEI=?=', '=?windows-1252?Q?Caf=E9?=');
my $text = join '', map { "Line $_ of a message that says nothing much, in words of ordinary length.\n" } 1 .. 12;
my @day = qw(Sun Mon Tue Wed Thu Fri Sat);
my @month = qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);

for my $folder ($maildir, "$maildir/cur", "$maildir/new", "$maildir/tmp") {
	-d $folder or mkdir $folder, 0700 or die "cannot make $folder: $!\n";
}
for my $i (1 .. $count) {
	my $time = $now - ($count - $i) * 61;
	my @t = gmtime $time;
	my $date = sprintf '%s, %d %s %d %02d:%02d:%02d +0000', $day[$t[6]], $t[3], $month[$t[4]], $t[5] + 1900, @t[2, 1, 0];
	my $who = $people[$i * 7 % @people];
	my $subject = sprintf $words[$i * 3 % @words], $nouns[$i * 5 % @nouns];
	$subject = $foreign[$i / 1000 % @foreign] if $i % 1000 == 0;
	my $thread = '';
	if ($i % 7 == 0) {
		my $parent = $i - 1;
		$subject = 'Re: ' . sprintf $words[$parent * 3 % @words], $nouns[$parent * 5 % @nouns];
		$thread = "In-Reply-To: <many.$parent\@post.example>\nReferences: <many.$parent\@post.example>\n";
	}
	my $message = <<"END";
Return-Path: <$who\@post.example>
Delivered-To: vera\@box.example
Received: from mx.box.example (mx.box.example [192.0.2.25]) by store.box.example with LMTP id $i;
	$date
Received: from out.post.example (out.post.example [198.51.100.7]) by mx.box.example with ESMTPS id q$i
	for <vera\@box.example>; $date
From: \u$who Example <$who\@post.example>
To: Vera Lund <vera\@box.example>
Subject: $subject
Date: $date
Message-ID: <many.$i\@post.example>
${thread}MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit

Message number $i.
$text
END
	my $size = length $message;
	my $flags = $i % 10 < 7 ? 'S' : '';
	$flags = "F$flags" if $i % 50 == 0;
	my $path = sprintf '%s/cur/%d.%07d.many,S=%d,W=%d:2,%s', $maildir, $time, $i, $size, $size + ($message =~ tr/\n//), $flags;
	open my $file, '>', $path or die "cannot write $path: $!\n";
	print {$file} $message or die "cannot write $path: $!\n";
	close $file or die "cannot write $path: $!\n";
	utime $time, $time, $path or die "cannot date $path: $!\n";
}
