# SPDX-License-Identifier: GPL-3.0-or-later
# Writes the sample mailbox: perl mailbox.pl MAILDIR EPOCH, with the file `letters` on descriptor 3.
#
# Needs only what Debian's perl-base has, and iconv. The same EPOCH gives the same bytes. Text is handled as UTF-8
# bytes throughout. The received date of a message is its file's time.
use strict;
use warnings;
use IPC::Open2;

my ($maildir, $now) = @ARGV;
die "usage: mailbox.pl MAILDIR EPOCH 3<letters\n" unless defined $now;

my @day = qw(Sun Mon Tue Wed Thu Fri Sat);
my @month = qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);
my $char = qr/[\x00-\x7f]|[\xc0-\xff][\x80-\xbf]*/;

# key => [name, address, hours east of Greenwich]
my %person = (
	vera => ['Vera Lund', 'vera@box.example', 1],
	jonas => ['Jonas Lund', 'jonas@lund.example', 1],
	amal => ['Amal Haddad', 'amal.haddad@northquay.example', 1],
	ruth => ['Ruth Okafor', 'ruth.okafor@northquay.example', 0],
	mei => ['田中 芽衣', 'mei@tanaka.example', 9],
	piotr => ['Piotr Wójcik', 'piotr@wojcik.example', 1],
	olga => ['Ольга Смирнова', 'olga@slovo.example', 3],
	li => ['李伟', 'li.wei@chahua.example', 8],
	noa => ['נועה לוי', 'noa@levi.example', 2],
	karim => ['كريم منصور', 'karim@mansour.example', 2],
	somchai => ['สมชาย ใจดี', 'somchai@jaidee.example', 7],
	soren => ['Søren Kjær', 'soren@kjaer.example', 1],
	ines => ['Inês Ferreira', 'ines@ferreira.example', 0],
	arthur => ['Lloyd, Arthur', 'arthur@lloyd.example', 0],
	tomas => ['Tomáš Dvořák', 'tomas@dvorak.example', 1],
	noor => ['Noor de Wit', 'noor@rowboat.example', 1],
	kit => ['Kit', 'kit@rowboat.example', -5],
	sol => ['Sol Marín', 'sol@rowboat.example', -3],
	club => ['Harbour Rowing Club', 'news@harbourclub.example', 0],
	lamp => ['Lamplight', 'orders@lamplight.example', 0],
	shop => ['EVERYTHING SHOP', 'offers@shop.example', 0],
	bakery => ['Corner Bakery', 'till@bakery.example', 1],
	train => ['Coast Line', 'tickets@coastline.example', 1],
	build => ['rowboat build', 'build@rowboat.example', 0],
	weather => ['Harbour weather', 'forecast@weather.example', 0],
	library => ['City Library', 'loans@library.example', 1],
	dev => ['', 'dev@lists.rowboat.example', 0],
	talk => ['Harbour talk', 'harbour-talk@lists.harbourclub.example', 0],
	lists => ['', 'harbour-talk@lists.harbourclub.example', 0],
	digest => ['', 'harbour-talk-request@lists.harbourclub.example', 0],
	daemon => ['Mail Delivery System', 'MAILER-DAEMON@mx.box.example', 0],
	prank => ["Blue \e[34mNote", 'prank@jest.example', 0],
	fakename => ['ruth.okafor@northquay.example', 'someone@elsewhere.example', 0],
	homograph => ['North Quay', 'accounts@xn--northquy-76g.example', 0],
	mimic => ['A. Mimic', 'mimic@jest.example', 0],
	longline => ['Long Line', 'long@jest.example', 0],
	enriched => ['Thrice Told', 'thrice@jest.example', 0],
	empty => ['Nobody Much', 'nobody@jest.example', 0],
	prince => ['The Keeper', 'keeper@chest.example', 5],
	pills => ['Best Price', 'bp@198-51-100-99.example', 0],
);

# Numbers for the look of chance, the same on every machine.
my $seed = 20261121;

sub chance {
	my ($below) = @_;
	$seed = ($seed * 1103515245 + 12345) % 2147483648;
	return int($seed / 65536) % $below;
}

sub pick { return $_[chance(scalar @_)] }

sub base64 {
	my ($bytes, $width) = @_;
	my $text = pack 'u', $bytes;
	$text =~ s/^.//mg;
	$text =~ tr/\n//d;
	$text =~ tr{` -_}{AA-Za-z0-9+/};
	my $pad = (3 - length($bytes) % 3) % 3;
	substr($text, -$pad) = '=' x $pad if $pad;
	$text =~ s/(.{1,76})/$1\n/g if $width;
	return $text;
}

sub quoted_printable {
	my ($bytes) = @_;
	my $out = '';
	for my $line (split /\n/, $bytes, -1) {
		$line =~ s/([^\x20-\x3c\x3e-\x7e\t])/sprintf '=%02X', ord $1/ge;
		$line =~ s/([ \t])$/sprintf '=%02X', ord $1/e;
		$line =~ s/^From /=46rom /;
		my $row = '';
		for my $token ($line =~ /(=[0-9A-F]{2}|.)/g) {
			if (length($row) + length($token) > 75) {
				$out .= "$row=\n";
				$row = '';
			}
			$row .= $token;
		}
		$out .= "$row\n";
	}
	chop $out;
	return $out;
}

my %converted;

sub convert {
	my ($text, $charset) = @_;
	return $text if $charset eq 'UTF-8' || $text !~ /[\x80-\xff]/;
	return $converted{$charset}{$text} //= do {
		my $pid = open2(my $from, my $to, 'iconv', '-f', 'UTF-8', '-t', $charset);
		binmode $_ for $from, $to;
		print {$to} $text;
		close $to;
		local $/;
		my $bytes = <$from>;
		waitpid $pid, 0;
		die "iconv cannot write $charset\n" if $?;
		$bytes;
	};
}

# RFC 2047: whole characters in each word, at most 75 columns.
sub encode_words {
	my ($text, $charset) = @_;
	return $text unless $text =~ /[\x80-\xff]/;
	my $binary = $charset !~ /^(windows|ISO-8859)/;
	my $room = $binary ? 39 : 16;
	my (@words, $chunk);
	$chunk = '';
	for my $c ($text =~ /$char/g, undef) {
		if (!defined $c || length($chunk . $c) > $room - ($charset eq 'ISO-2022-JP' ? 15 : 0)) {
			my $bytes = convert($chunk, $charset);
			my $word = $binary ? base64($bytes) : join '', map { /[A-Za-z0-9]/ ? $_ : $_ eq ' ' ? '_' : sprintf '=%02X', ord } split //, $bytes;
			push @words, sprintf '=?%s?%s?%s?=', $charset, $binary ? 'B' : 'Q', $word if length $chunk;
			$chunk = '';
		}
		$chunk .= $c if defined $c;
	}
	return join "\n ", @words;
}

# At spaces, so that lines keep to 78 columns where they can.
sub fold {
	my ($line) = @_;
	my ($out, $column) = ('', 0);
	for my $word (split /(?=[ \n])/, $line) {
		if ($word =~ s/^\n// || $column && $column + length $word > 78) {
			$out .= "\n";
			$column = 0;
		}
		$out .= $word;
		$column += length $word;
	}
	return "$out\n";
}

sub mailbox {
	my ($key, $charset) = @_;
	my ($name, $addr) = @{ $person{$key} // die "no person '$key'\n" };
	return $addr if $name eq '';
	$name = $name =~ /[\x80-\xff]/ ? encode_words($name, $charset) : $name =~ /[^\w ]/ ? qq("$name") : $name;
	return "$name <$addr>";
}

sub rfc5322_date {
	my ($time, $hours) = @_;
	my @t = gmtime($time + $hours * 3600);
	return sprintf '%s, %d %s %d %02d:%02d:%02d %s%02d00', $day[$t[6]], $t[3], $month[$t[4]], $t[5] + 1900, @t[2, 1, 0],
		$hours < 0 ? '-' : '+', abs $hours;
}

sub seconds {
	my ($age) = @_;
	my %unit = (d => 86400, h => 3600, m => 60);
	my $sum = 0;
	$sum += $1 * $unit{$2} while $age =~ /(\d+)([dhm])/g;
	return $sum;
}

# Bytes that begin as a file of the type does, so that a sniffer agrees.
sub file_bytes {
	my ($type, $size) = @_;
	my %start = (
		'application/pdf' => "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n"
			. "trailer<</Root 1 0 R>>\n%%EOF\n%",
		'image/png' => pack('H*', '89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63'
			. '78f1e5090005480297ba2fab420000000049454e44ae426082'),
		'application/zip' => "PK\5\6" . "\0" x 18,
	);
	my $bytes = $start{$type} // '';
	my $noise = pack 'v*', map { chance(65536) } 1 .. 1021;
	my $rest = $size - length $bytes;
	return $bytes if $rest <= 0;
	return $bytes . substr($noise x ($rest / length($noise) + 1), 0, $rest);
}

# RFC 2231: a name beyond ASCII is percent-encoded UTF-8, a long one is continued.
sub file_name {
	my ($name) = @_;
	return qq(; filename="$name") unless $name =~ /[\x80-\xff]/;
	my $text = join '', map { /^[\w.-]$/a ? $_ : sprintf '%%%02X', ord } split //, $name;
	return ";\n filename*=UTF-8''$text" if length $text < 60;
	my @pieces = $text =~ /((?:%..|.){1,20})/g;
	return join '', map { sprintf ";\n filename*%d*=%s%s", $_, $_ ? '' : "UTF-8''", $pieces[$_] } 0 .. $#pieces;
}

sub invitation {
	my ($letter, $method) = @_;
	my @t = gmtime($letter->{time} + 3 * 86400);
	my $stamp = sprintf '%04d%02d%02d', $t[5] + 1900, $t[4] + 1, $t[3];
	my %status = (REQUEST => 'CONFIRMED', CANCEL => 'CANCELLED');
	return join "\r\n", 'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//boxwood//sample//EN', "METHOD:$method", 'BEGIN:VEVENT',
		"UID:$letter->{id}\@northquay.example", "DTSTAMP:${stamp}T080000Z", "DTSTART:${stamp}T140000Z", "DTEND:${stamp}T150000Z",
		"SUMMARY:$letter->{subject}", "ORGANIZER;CN=$person{$letter->{from}}[0]:mailto:$person{$letter->{from}}[1]",
		'ATTENDEE;CN=Vera Lund;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:vera@box.example', "STATUS:$status{$method}", 'LOCATION:North Quay',
		'END:VEVENT', 'END:VCALENDAR', '';
}

# A part is [header lines, body]. Text is encoded as the letter says.
sub text_part {
	my ($letter, $type, $text) = @_;
	my $charset = $text =~ /[^\x00-\x7f]/ ? $letter->{charset} : 'us-ascii';
	my $bytes = convert($text, $charset);
	my $encoding = $letter->{encoding} // ($charset eq 'us-ascii' ? '7bit' : 'quoted-printable');
	my $body = $encoding eq 'base64' ? base64($bytes, 1) : $encoding eq 'quoted-printable' ? quoted_printable($bytes) : $bytes;
	return ["Content-Type: $type; charset=$charset\nContent-Transfer-Encoding: $encoding\n", $body];
}

sub multipart {
	my ($letter, $subtype, @parts) = @_;
	return $parts[0] if @parts == 1;
	my $boundary = sprintf '=_%s.%s', $subtype, $letter->{id};
	my $body = join '', map { "--$boundary\n$_->[0]\n$_->[1]\n" } @parts;
	return [qq(Content-Type: multipart/$subtype; boundary="$boundary"\n), "$body--$boundary--\n"];
}

sub size_of {
	my ($n, $unit) = $_[0] =~ /^(\d+)([KM]?)B?$/ or die "bad size '$_[0]'\n";
	return $n * ($unit eq 'M' ? 1048576 : $unit eq 'K' ? 1024 : 1);
}

my (%by_id, %count, $serial);
$serial = 0;

# The part tree of a letter: mixed(alternative(plain, html related, calendar), attachments).
sub body_part {
	my ($letter) = @_;
	if (my $type = $letter->{type}) {
		return ["Content-Type: $type\nContent-Transfer-Encoding: base64\n", base64(file_bytes('image/png', 9000), 1)] if $type =~ /^image/;
		return ["Content-Type: $type\n" . ($type =~ /UTF-8/ ? "Content-Transfer-Encoding: 8bit\n" : ''), $letter->{body}];
	}
	my ($plain, @sections) = split /^%(?=html|calendar|enriched|attached)/m, $letter->{body};
	$plain //= '';
	my (@choices, @enclosed);
	push @choices, text_part($letter, 'text/plain', $plain) if $plain =~ /\S/ || !@sections;
	for my $section (@sections) {
		my ($kind, $argument, $text) = $section =~ /^(\w+) ?([^\n]*)\n(.*)/s;
		$text =~ s/^\n//;
		if ($kind eq 'html') {
			my @pictures = map { my ($t, $size, $cid) = split / /; ["Content-Type: $t\nContent-Disposition: inline\n"
				. "Content-ID: <$cid>\nContent-Transfer-Encoding: base64\n", base64(file_bytes($t, size_of($size)), 1)] } @{ $letter->{inline} };
			push @choices, multipart($letter, 'related', text_part($letter, 'text/html', $text), @pictures);
		} elsif ($kind eq 'enriched') {
			push @choices, text_part($letter, 'text/enriched', $text);
		} elsif ($kind eq 'calendar') {
			push @choices, text_part({ %$letter, encoding => 'base64' }, "text/calendar; method=$argument", invitation($letter, $argument));
		} else {
			my $inner = $by_id{$argument} // die "nothing called '$argument' to enclose\n";
			push @enclosed, ["Content-Type: message/rfc822\nContent-Disposition: attachment\n", $inner->{bytes}];
		}
	}
	my @files = map { my ($t, $size, $name) = split / /, $_, 3; [
		"Content-Type: $t\nContent-Disposition: attachment" . file_name($name) . "\nContent-Transfer-Encoding: base64\n",
		base64($t eq 'text/calendar' ? invitation($letter, 'REQUEST') : file_bytes($t, size_of($size)), 1)] } @{ $letter->{attach} };
	return multipart($letter, 'mixed', multipart($letter, 'alternative', @choices), @enclosed, @files);
}

sub unescape {
	my ($text) = @_;
	my %control = (e => "\e", a => "\a", b => "\b");
	$text =~ s/\\([eab])/$control{$1}/g;
	$text =~ s/\\u202e/\xe2\x80\xae/g;
	return $text;
}

sub quote {
	my ($parent, $lines) = @_;
	my @body = grep { !/^%/ } split /\n/, $parent->{body};
	splice @body, $lines if @body > $lines;
	return "$person{$parent->{from}}[0] wrote:\n" . join('', map { /^>/ ? ">$_\n" : length ? "> $_\n" : ">\n" } @body) . "\n";
}

sub folder_path {
	my ($folder) = @_;
	return $maildir if $folder eq 'Inbox';
	my $name = $folder;
	$name =~ s/&/&-/g;
	# Modified UTF-7 (RFC 3501, 5.1.3).
	$name =~ s{((?:[\xc0-\xff][\x80-\xbf]*)+)}{my $b = base64(convert($1, 'UTF-16BE')); $b =~ tr{/=}{,}d; "&$b-"}ge;
	return "$maildir/.$name";
}

sub store {
	my ($letter) = @_;
	my $path = folder_path($letter->{folder});
	for my $part ('', '/cur', '/new', '/tmp') {
		-d "$path$part" or mkdir "$path$part", 0700 or die "cannot make $path$part: $!\n";
	}
	my $size = length $letter->{bytes};
	my $wire = $size + ($letter->{bytes} =~ s/(?<!\r)\n/\n/g);
	my $name = sprintf '%s/cur/%d.%05d.demo,S=%d,W=%d:2,%s', $path, $letter->{time}, ++$serial, $size, $wire,
		join '', sort split //, $letter->{flags};
	open my $file, '>:raw', $name or die "cannot write $name: $!\n";
	print {$file} $letter->{bytes} or die "cannot write $name: $!\n";
	close $file or die "cannot write $name: $!\n";
	utime $letter->{time}, $letter->{time}, $name or die "cannot date $name: $!\n";
	$count{ $letter->{folder} }++;
}

# Fills in what a letter leaves open, makes its bytes and writes it.
sub deliver {
	my ($letter) = @_;
	my $from = $letter->{from};
	my $parent = $letter->{re} && ($by_id{ $letter->{re} } // die "nothing called '$letter->{re}' to answer\n");
	$letter->{id} //= sprintf '%s.%d', $from, $serial;
	$letter->{to} //= 'vera';
	$letter->{folder} //= $from eq 'vera' ? 'Sent' : 'Inbox';
	$letter->{flags} //= $from eq 'vera' ? 'S' : '';
	$letter->{charset} //= 'UTF-8';
	$letter->{time} = $now - seconds($letter->{age}) - chance(60);
	if ($parent && !defined $letter->{subject}) {
		($letter->{subject} = $parent->{subject}) =~ s/^(Re: )?/Re: /;
	}
	$letter->{body} = unescape($letter->{body}) if $letter->{escapes};
	$letter->{subject} = unescape($letter->{subject}) if $letter->{escapes};
	$letter->{body} = quote($parent, $letter->{quote}) . $letter->{body} if $letter->{quote};
	my $charset = $letter->{charset};
	my $addr = $person{$from}[1];
	my ($domain) = $addr =~ /@(.*)/;
	$letter->{msgid} = "<$letter->{id}.$letter->{time}\@$domain>";
	$letter->{references} = $parent ? join ' ', grep { length } $parent->{references}, $parent->{msgid} : '';

	my $received = rfc5322_date($letter->{time}, 0);
	my $head = '';
	if ($from ne 'vera') {
		$head = "Return-Path: <" . ($from eq 'daemon' ? '' : $addr) . ">\nDelivered-To: vera\@box.example\n"
			. "Received: from mx.box.example ([192.0.2.25]) by store.box.example with LMTP\n\tid $serial; $received\n"
			. "Received: from out.$domain ([198.51.100.7]) by mx.box.example\n\twith ESMTPS id q$serial for <vera\@box.example>; $received\n";
	}
	$head .= fold('From: ' . mailbox($from, $charset));
	for my $field (qw(To Cc)) {
		my $keys = $letter->{ lc $field } or next;
		$head .= fold("$field: " . join ', ', map { mailbox($_, $charset) } split / /, $keys);
	}
	$head .= fold('Subject: ' . encode_words($letter->{subject}, $charset)) if length $letter->{subject};
	$head .= 'Date: ' . rfc5322_date($letter->{time} - 2 - chance(20), $person{$from}[2]) . "\n";
	$head .= "Message-ID: $letter->{msgid}\n";
	$head .= "In-Reply-To: $parent->{msgid}\nReferences: " . join("\n ", split / /, $letter->{references}) . "\n" if $parent;
	$head .= "$_\n" for @{ $letter->{head} };
	my $part = body_part($letter);
	$letter->{bytes} = "${head}MIME-Version: 1.0\n$part->[0]\n$part->[1]";
	$letter->{bytes} .= "\n" unless $letter->{bytes} =~ /\n\z/;
	$by_id{ $letter->{id} } = $letter;
	store($letter);
}

sub read_letters {
	open my $file, '<&=', 3 or die "the letters are wanted on descriptor 3\n";
	local $/;
	my ($comment, @letters) = split /^%%\n/m, scalar <$file>;
	for my $text (@letters) {
		my ($fields, $body) = split /\n\n/, $text, 2;
		my %letter = (body => $body // '', attach => [], inline => [], head => []);
		for my $line (split /\n/, $fields) {
			my ($key, $value) = split / /, $line, 2;
			if (ref $letter{$key}) {
				push @{ $letter{$key} }, $value;
			} else {
				$letter{$key} = $value // '';
			}
		}
		deliver(\%letter);
	}
}

sub send_plain {
	my (%letter) = @_;
	deliver({ attach => [], inline => [], head => [], %letter });
}

sub age_of {
	my ($days) = @_;
	return sprintf '%dd%dh%dm', $days, chance(24), chance(60);
}

sub list_head {
	my ($list, $host, $title) = @_;
	return ["List-Id: $title <$list.$host>", "List-Post: <mailto:$list\@$host>", "List-Unsubscribe: <mailto:$list-leave\@$host>", 'Precedence: list'];
}

# The mail that comes by itself: short, alike, and most of any inbox.
sub bulk {
	my @part = qw(oars hull rudder tiller mast lantern);
	for my $i (0 .. 43) {
		my $ok = $i % 6 != 2;
		my $name = pick(@part);
		send_plain(from => 'build', age => sprintf('%dh%dm', 1 + $i * 17, chance(60)), flags => $i > 5 ? 'S' : '',
			subject => sprintf('[rowboat] %s: build %d of %s', $ok ? 'passed' : 'FAILED', 940 - $i, $name),
			head => ['Auto-Submitted: auto-generated', "X-Build: $name"],
			body => $ok ? sprintf("Build %d of %s passed: %d tests in %d s.\n", 940 - $i, $name, 300 + chance(90), 20 + chance(40))
				: sprintf("Build %d of %s failed.\n\n  not ok %d - %s floats\n  # expected 1, got 0\n\nThe log: https://build.rowboat.example/%d\n",
				940 - $i, $name, 1 + chance(300), $name, 940 - $i));
	}
	my @wind = ('light air', 'a gentle breeze', 'a fresh breeze', 'half a gale');
	my @sky = ('sun until noon', 'cloud all day', 'rain in the evening', 'fog before nine');
	for my $i (0 .. 29) {
		my ($wind, $sky) = (pick(@wind), pick(@sky));
		send_plain(from => 'weather', age => sprintf('%dd%dh', $i, 2), flags => $i > 2 ? 'S' : '', subject => "Harbour forecast: $wind",
			body => sprintf("Today: %s, %s. High water %02d:%02d.\nSea %d degrees, air %d to %d.\n", $wind, $sky, chance(12), chance(60),
				8 + chance(4), 3 + chance(4), 8 + chance(6)));
	}
	my @thing = ('a saw', 'the ladder', 'a wheelbarrow', 'two chairs', 'the long table', 'a bicycle pump', 'an umbrella', 'a map of the fens');
	my @asker = qw(jonas amal ruth tomas arthur piotr ines soren);
	for my $i (0 .. 22) {
		my ($who, $thing) = (pick(@asker), pick(@thing));
		send_plain(id => "ask$i", from => $who, age => age_of(3 + $i), flags => $i % 3 ? 'SR' : 'S', subject => "Could I borrow $thing?",
			body => "Hello Vera,\n\ncould I borrow $thing until " . pick(qw(Friday Sunday Monday)) . "? " . pick('I will bring it back clean.',
				'Mine has gone missing.', 'It is for one afternoon only.') . "\n\n$person{$who}[0]\n");
		next unless $i % 3;
		send_plain(id => "yes$i", re => "ask$i", from => 'vera', to => $who, quote => 3, age => age_of(2 + $i), body => pick("Of course. It is in the shed.\n",
			"Yes, if you fetch it.\n", "Take it, and keep it over the weekend.\n"));
		send_plain(re => "yes$i", from => $who, quote => 8, age => age_of(1 + $i), flags => 'S', body => pick("Thank you!\n", "Splendid. Tomorrow at nine?\n",
			"Fetched. There is cake on your doorstep.\n"));
	}
	my @title = ('Tides and how to read them', 'The quiet garden', 'Knots, a history', 'Bread without hurry', 'Letters from the lightship');
	for my $i (0 .. 12) {
		my $title = pick(@title);
		send_plain(from => 'library', age => age_of(1 + $i * 2), flags => $i ? 'S' : '', subject => "Due soon: $title",
			head => ['List-Unsubscribe: <https://library.example/mail>'],
			body => "“$title” is due back in three days.\n\n%html\n<p><b>$title</b> is due back in <i>three days</i>. "
				. "<a href=\"https://library.example/renew?n=$i\">Renew it</a>.</p>\n");
	}
	for my $i (0 .. 27) {
		my $who = pick(qw(bakery train lamp));
		my $sum = sprintf '%d.%02d', 2 + chance(60), chance(100);
		send_plain(from => $who, folder => 'Receipts', age => age_of($i * 4), flags => 'S', subject => "Receipt: $sum EUR",
			$i % 4 ? () : (attach => [sprintf 'application/pdf %dKB receipt-%d.pdf', 8 + chance(9), 2000 + $i]),
			body => sprintf("Thank you.\n\n  Sum    %8s EUR\n  Paid by card\n  No. %d\n", $sum, 2000 + $i));
	}
}

sub lists {
	my $dev = list_head('dev', 'lists.rowboat.example', 'Rowboat development');
	my @patch = (['oars', 'feather them between strokes', 'The blade caught the wind.'], ['hull', 'count the planks once', 'They were counted on every wave.'],
		['rudder', 'return to the middle by itself', 'It stayed where it was left.'], ['tiller', 'name the two ends', 'People steered with the wrong one.']);
	my @coder = qw(noor kit sol tomas);
	for my $series (0 .. 3) {
		my ($part, $what, $why) = @{ $patch[$series] };
		my $author = $coder[$series];
		my $days = 2 + $series * 5;
		my %post = (to => 'dev', folder => 'Lists.dev', flags => $series ? 'S' : '', head => $dev);
		send_plain(%post, id => "cover$series", from => $author, age => age_of($days + 2), subject => "[PATCH 0/2] $part: two small repairs",
			body => "Two repairs to the $part, each on its own.\n\nTested on the pond.\n");
		for my $n (1, 2) {
			my $verb = $n == 1 ? $what : 'test that they do';
			send_plain(%post, id => "patch$series.$n", re => "cover$series", from => $author, age => age_of($days + 1), subject => "[PATCH $n/2] $part: $verb",
				body => "$why\n\nSigned-off-by: $person{$author}[0] <$person{$author}[1]>\n---\n src/$part.c | 3 ++-\n 1 file changed, 2 insertions(+), 1 deletion(-)\n\n"
					. "diff --git a/src/$part.c b/src/$part.c\n--- a/src/$part.c\n+++ b/src/$part.c\n@@ -10,3 +10,4 @@ void ${part}_move(struct boat *b)\n {\n-\tb->$part = $n;\n"
					. "+\tif (b->afloat)\n+\t\tb->$part = $n;\n }\n-- \n2.39.5\n");
		}
		my $critic = $coder[($series + 1) % 4];
		send_plain(%post, id => "review$series", re => "patch$series.1", from => $critic, quote => 12, age => age_of($days),
			body => pick("Why not ask the boat itself?\n", "Looks right. One blank line too many above.\n"));
		send_plain(%post, re => "review$series", from => $author, quote => 20, age => age_of($days - 1), body => "Done in the next round. Thanks.\n");
	}
	my $talk = list_head('harbour-talk', 'lists.harbourclub.example', 'Talk about the harbour');
	my @topic = ('Moorings in winter', 'Who has the key?', 'A seal on the slipway', 'Found: one glove', 'Tea rota');
	for my $i (0 .. $#topic) {
		my %post = (to => 'talk', folder => 'Lists', flags => $i ? 'S' : '', head => $talk);
		my $who = pick(qw(jonas arthur ines soren));
		send_plain(%post, id => "talk$i", from => $who, age => age_of(3 + $i * 3), subject => "[harbour-talk] $topic[$i]",
			body => pick("Does anybody know more?\n", "I write this down before I forget it again.\n") . "\n$person{$who}[0]\n");
		my $last = "talk$i";
		for my $n (1 .. 2 + chance(3)) {
			my $id = "talk$i.$n";
			send_plain(%post, id => $id, re => $last, from => pick(qw(ruth amal piotr tomas)), quote => 4, age => sprintf('%dd%dh', 2 + $i * 3, 20 - $n * 3),
				body => pick("I do, and will say so on Saturday.\n", "It was me. Sorry.\n", "See last year's thread, which ended the same way.\n", "+1\n"));
			$last = $id;
		}
	}
}

sub archive {
	my @old = ('The old boiler', 'Papers for the tax office', 'Notes from the fens', 'Choir in December', 'Train times', 'The neighbour’s hedge');
	for my $i (0 .. 23) {
		my $who = pick(qw(jonas amal ruth arthur ines piotr));
		send_plain(from => $who, folder => 'Archive', age => age_of(60 + $i * 17), flags => $i % 8 ? 'S' : 'SF', subject => $old[$i % @old],
			body => "Dear Vera,\n\n" . pick('as promised.', 'for your files.', 'you will want to keep this.') . "\n\n$person{$who}[0]\n",
			$i % 5 ? () : (attach => ['application/zip 20KB papers.zip']));
	}
	send_plain(from => 'jonas', folder => 'Trash', age => age_of(3 + $_), flags => 'S', subject => "Test $_", body => "Please ignore.\n") for 1 .. 3;
}

umask 077;
-d $maildir or mkdir $maildir or die "cannot make $maildir: $!\n";
read_letters();
bulk();
lists();
archive();
open my $subscriptions, '>', "$maildir/subscriptions" or die "cannot write $maildir/subscriptions: $!\n";
for my $folder (sort keys %count) {
	my ($path) = folder_path($folder) =~ m{/\.([^/]+)$} or next;
	print {$subscriptions} "$path\n";
}
close $subscriptions or die "cannot write $maildir/subscriptions: $!\n";
