EXTRA_DIST += contrib/lib.sh contrib/server \
	contrib/demo/letters contrib/demo/mailbox.pl contrib/demo/many.pl
