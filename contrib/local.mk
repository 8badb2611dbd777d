EXTRA_DIST += contrib/check contrib/lib.sh contrib/server contrib/try \
	contrib/demo/letters contrib/demo/mailbox.pl contrib/demo/many.pl
providersdir = $(pkgdatadir)/providers
dist_providers_DATA = contrib/providers/aol.card \
	contrib/providers/fastmail.card \
	contrib/providers/gmail.card \
	contrib/providers/gmx-com.card \
	contrib/providers/gmx.card \
	contrib/providers/icloud.card \
	contrib/providers/ionos.card \
	contrib/providers/mailbox-org.card \
	contrib/providers/microsoft.card \
	contrib/providers/migadu.card \
	contrib/providers/outlook.card \
	contrib/providers/posteo.card \
	contrib/providers/runbox.card \
	contrib/providers/t-online.card \
	contrib/providers/tigertech.card \
	contrib/providers/webde.card \
	contrib/providers/yahoo.card
