EXTRA_DIST += contrib/check contrib/lib.sh contrib/server contrib/try \
	contrib/demo/letters contrib/demo/mailbox.pl contrib/demo/many.pl
providersdir = $(pkgdatadir)/providers
dist_providers_DATA = contrib/providers/runbox.card
